package org.quorate.simulator.client;

import java.util.List;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
import org.quorate.api.Bytes;
import org.quorate.api.NodeId;
import org.quorate.core.replica.Replica;
import org.quorate.simulator.engine.EventQueue;
import org.quorate.simulator.invariant.Step;

/** A cluster as a client sees it whose own cable is out now and then. */
final class CutCluster implements Cluster {
  private final Cluster cluster;
  private final BooleanSupplier cut;

  CutCluster(Cluster cluster, BooleanSupplier cut) {
    this.cluster = cluster;
    this.cut = cut;
  }

  @Override
  public void call(NodeId node, Consumer<Replica> request) {
    if (!cut.getAsBoolean()) {
      cluster.call(node, request);
    }
  }

  @Override
  public void reply(Runnable answer) {
    cluster.reply(
        () -> {
          if (!cut.getAsBoolean()) {
            answer.run();
          }
        });
  }

  @Override
  public EventQueue queue() {
    return cluster.queue();
  }

  @Override
  public List<NodeId> nodeIds() {
    return cluster.nodeIds();
  }

  @Override
  public void acknowledged(Step.Acknowledged fact) {
    cluster.acknowledged(fact);
  }

  @Override
  public void aborted() {
    cluster.aborted();
  }

  @Override
  public void sent(Bytes command) {
    cluster.sent(command);
  }

  @Override
  public void broken(String invariant, String what) {
    cluster.broken(invariant, what);
  }

  @Override
  public void found(String invariant, String what) {
    cluster.found(invariant, what);
  }

  @Override
  public long historyId() {
    return cluster.historyId();
  }

  @Override
  public Leases leases() {
    return cluster.leases();
  }

  @Override
  public boolean tracing() {
    return cluster.tracing();
  }

  @Override
  public void trace(String who, String event) {
    cluster.trace(who, event);
  }
}
