package org.quorate.client;

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

/** A group over TCP, for code that knows no Vert.x. */
final class ClientGroup implements GroupAccess {
  private final GroupClient group;
  private final Executor loop;

  ClientGroup(GroupClient group) {
    this.group = group;
    this.loop = group.client().loop()::submit;
  }

  @Override
  public GroupId id() {
    return group.id();
  }

  @Override
  public CompletionStage<Outcome> propose(Bytes command) {
    return group.propose(command).toCompletionStage();
  }

  @Override
  public CompletionStage<ReadOutcome> read(Bytes query, ReadLevel level) {
    return group.read(query, level).toCompletionStage();
  }

  @Override
  public CompletionStage<Outcome> openSession(long ttlMs) {
    return group
        .sessions()
        .call((connection, waiter) -> connection.openSession(group.id(), ttlMs, waiter))
        .toCompletionStage();
  }

  @Override
  public CompletionStage<Outcome> keepAlive(List<Long> sessions) {
    List<Long> own = List.copyOf(sessions);
    return group
        .sessions()
        .call((connection, waiter) -> connection.keepAlive(group.id(), own, waiter))
        .toCompletionStage();
  }

  @Override
  public CompletionStage<Outcome> closeSession(long session) {
    return group
        .sessions()
        .call((connection, waiter) -> connection.closeSession(group.id(), session, waiter))
        .toCompletionStage();
  }

  @Override
  public Runnable watch(List<KeyRange> keys, long version, LongConsumer then) {
    return group.watch(keys, version, then);
  }

  @Override
  public Runnable watch(List<KeyRange> keys, long version, Bytes query, Sight then) {
    return group.watch(keys, version, query, then);
  }

  @Override
  public Executor loop() {
    return loop;
  }

  @Override
  public Runnable after(long ms, Runnable task) {
    return group.client().loop().after(ms, task);
  }
}
