package org.quorate.core.replica;

import java.util.SplittableRandom;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.quorate.api.Bytes;
import org.quorate.api.NodeId;
import org.quorate.core.link.Frame;
import org.quorate.core.log.Chain;
import org.quorate.core.log.LogPoint;
import org.quorate.core.log.LogRecord.SnapshotMark;
import org.quorate.core.snapshot.SnapshotHost;
import org.quorate.core.snapshot.SnapshotTransfer;
import org.quorate.spi.consensus.Event;
import org.quorate.spi.storage.SnapshotStore;
import org.quorate.spi.storage.SnapshotStore.SnapshotId;
import org.quorate.spi.transport.Lane;

/** Connects snapshots and checkpoints with the links and the log. On the group's loop. */
final class Snapshots implements SnapshotHost, Checkpoints.Owner {
  private final ReplicaEnvironment environment;
  private final Offload offload;
  private final SplittableRandom ids;
  private final int chunkBytes;
  private final Consumer<Failure> failures;
  private final SnapshotTransfer transfer;
  private final long rate;
  private final int donors;
  private Callers callers;
  private Checkpoints checkpoints;
  private StateGuard guard;
  private Links links;

  /** A storage that broke. */
  record Failure(String what, RuntimeException cause) {}

  Snapshots(
      ReplicaConfig config,
      ReplicaEnvironment environment,
      Offload offload,
      SnapshotStore store,
      SplittableRandom ids,
      Consumer<Failure> failures) {
    this.environment = environment;
    this.offload = offload;
    this.ids = ids;
    this.failures = failures;
    this.chunkBytes = (int) config.options().number(ReplicaParameters.SNAPSHOT_CHUNK_BYTES);
    this.rate = config.options().number(ReplicaParameters.SNAPSHOT_RATE_BYTES);
    this.donors = (int) config.options().number(ReplicaParameters.SNAPSHOT_DONORS);
    this.transfer = new SnapshotTransfer(this, store);
  }

  /** Completes it. */
  void connect(Checkpoints to, StateGuard and, Links last, Callers clients) {
    callers = clients;
    checkpoints = to;
    guard = and;
    links = last;
  }

  SnapshotTransfer transfer() {
    return transfer;
  }

  // ---- snapshots ---------------------------------------------------------------------------

  @Override
  public long nextId() {
    return ids.nextLong();
  }

  @Override
  public long nowMs() {
    return environment.nowMs();
  }

  @Override
  public int chunkBytes() {
    return chunkBytes;
  }

  @Override
  public long rate() {
    return callers.size() > 0 ? rate / 4 : rate;
  }

  @Override
  public void wrote(long bytes) {
    environment.checkpointBudget().pause(bytes * 1_000_000_000 / rate);
  }

  @Override
  public LogPoint applied() {
    return guard.applied();
  }

  @Override
  public LogPoint useless() {
    return guard.applied();
  }

  @Override
  public boolean sound() {
    return !guard.fenced();
  }

  @Override
  public void send(NodeId to, Bytes message) {
    Bytes frame = links.frames().frame(Frame.Kind.SNAPSHOT, message).encode();
    environment.transport().send(to, Lane.BULK, frame);
  }

  @Override
  public <T> void offload(Supplier<T> work, Consumer<T> then, Consumer<RuntimeException> failed) {
    offload.run(work, then, failed);
  }

  @Override
  public void withImage(LogPoint point, ImageUser user) {
    checkpoints.withImage(point, user);
  }

  @Override
  public NodeId self() {
    return environment.node();
  }

  @Override
  public int donors() {
    return donors;
  }

  @Override
  public boolean imageNow(ImageUser user) {
    return checkpoints.imageNow(user);
  }

  @Override
  public void order(SnapshotMark mark, Runnable ended) {
    callers.submit(mark, outcome -> ended.run());
  }

  /** A mark was executed. */
  void marked(SnapshotMark mark) {
    if (links.fresh()) {
      transfer.sender().marked(mark);
    }
  }

  @Override
  public void gives(NodeId to) {
    links.offerActive(new Event.SnapshotBegun(to));
  }

  @Override
  public void install(SnapshotId id, Consumer<Boolean> done) {
    checkpoints.install(id, done);
  }

  @Override
  public void sent(NodeId to, LogPoint point, boolean ok) {
    links.open().snapshotSent(to, point, ok);
  }

  @Override
  public void asked(NodeId peer, LogPoint point) {
    if (!guard.fenced()) {
      links.frames().asked(peer, point);
    }
  }

  // ---- checkpoints -------------------------------------------------------------------------

  @Override
  public Bytes linkState(long inner) {
    return links.linkState(inner);
  }

  @Override
  public boolean whole() {
    return links.whole();
  }

  @Override
  public void checkpointed(LogPoint point, Chain chain) {
    links.checkpointed(point, chain);
  }

  @Override
  public void installing() {
    links.installing();
  }

  @Override
  public void installed() {
    guard.replaced();
    links.installed();
  }

  @Override
  public void failed(String what, RuntimeException cause) {
    failures.accept(new Failure(what, cause));
  }
}
