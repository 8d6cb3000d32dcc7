package org.quorate.simulator.client;

import java.util.List;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executor;
import java.util.function.LongConsumer;
import org.quorate.api.Bytes;
import org.quorate.api.GroupAccess;
import org.quorate.api.GroupId;
import org.quorate.api.KeyRange;
import org.quorate.api.Outcome;
import org.quorate.api.ReadLevel;
import org.quorate.api.ReadOutcome;

/** A way to a group with everything passed on, but for what a subclass overrides. */
public class WrappedAccess implements GroupAccess {
  private final GroupAccess access;

  protected WrappedAccess(GroupAccess access) {
    this.access = access;
  }

  @Override
  public GroupId id() {
    return access.id();
  }

  @Override
  public CompletionStage<Outcome> propose(Bytes command) {
    return access.propose(command);
  }

  @Override
  public CompletionStage<ReadOutcome> read(Bytes query, ReadLevel level) {
    return access.read(query, level);
  }

  @Override
  public CompletionStage<Outcome> openSession(long ttlMs) {
    return access.openSession(ttlMs);
  }

  @Override
  public CompletionStage<Outcome> keepAlive(List<Long> sessions) {
    return access.keepAlive(sessions);
  }

  @Override
  public CompletionStage<Outcome> closeSession(long session) {
    return access.closeSession(session);
  }

  @Override
  public Runnable watch(List<KeyRange> keys, long version, LongConsumer then) {
    return access.watch(keys, version, then);
  }

  @Override
  public Runnable watch(List<KeyRange> keys, long version, Bytes query, Sight then) {
    return access.watch(keys, version, query, then);
  }

  @Override
  public Executor loop() {
    return access.loop();
  }

  @Override
  public Runnable after(long ms, Runnable task) {
    return access.after(ms, task);
  }
}
