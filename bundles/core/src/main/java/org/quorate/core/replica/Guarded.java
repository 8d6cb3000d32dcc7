package org.quorate.core.replica;

import java.util.List;
import org.quorate.api.Bytes;
import org.quorate.api.NodeId;
import org.quorate.core.link.Frame;
import org.quorate.core.log.LogPoint;
import org.quorate.core.log.LogRecord;
import org.quorate.spi.transport.Lane;

/** What the guard of the state has the replica do. */
final class Guarded implements StateGuard.Owner {
  private final ReplicaEnvironment environment;
  private Callers callers;
  private Links links;
  private Snapshots snapshots;
  private Links.Owner replica;

  Guarded(ReplicaEnvironment environment) {
    this.environment = environment;
  }

  void connect(Callers to, Links and, Snapshots kept, Links.Owner last) {
    callers = to;
    links = and;
    snapshots = kept;
    replica = last;
  }

  @Override
  public NodeId node() {
    return environment.node();
  }

  @Override
  public long storeId() {
    return environment.storeId();
  }

  @Override
  public void order(LogRecord record) {
    callers.submit(record, outcome -> {});
  }

  @Override
  public void send(NodeId to, Bytes message) {
    Bytes frame = links.frames().frame(Frame.Kind.CHECK, message).encode();
    environment.transport().send(to, Lane.CONTROL, frame);
  }

  @Override
  public void sendSnapshot(NodeId to, LogPoint point) {
    replica.sendSnapshot(to, point, List.of());
  }

  @Override
  public void stepAside(NodeId to) {
    links.stepAside(to);
  }

  @Override
  public void diverged() {
    links.installing();
    snapshots.transfer().sender().retract();
    replica.changed();
  }
}
