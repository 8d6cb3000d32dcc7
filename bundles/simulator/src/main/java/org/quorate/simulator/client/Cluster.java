package org.quorate.simulator.client;

import java.util.List;
import java.util.function.Consumer;
import org.quorate.api.Bytes;
import org.quorate.api.NodeId;
import org.quorate.core.replica.Replica;
import org.quorate.simulator.engine.EventQueue;
import org.quorate.simulator.invariant.Step;

/** What clients see of a simulation. */
public interface Cluster {
  EventQueue queue();

  /** Where clients may try: all nodes while things break, those that work afterwards. */
  List<NodeId> nodeIds();

  /** Sends a request to a node; it may be lost. */
  void call(NodeId node, Consumer<Replica> request);

  /** Sends an answer back; it may be lost. */
  void reply(Runnable answer);

  void acknowledged(Step.Acknowledged fact);

  void aborted();

  /** A client sends a command that may be equal to one it has sent before. */
  void sent(Bytes command);

  /** A client was answered what it must never be. */
  void broken(String invariant, String what);

  /** The same, where nobody may throw: the simulation ends with the next step. */
  void found(String invariant, String what);

  /** Of the group. */
  long historyId();

  /** What clients know of their leases. */
  Leases leases();

  /** Whether anyone reads what is traced. */
  boolean tracing();

  void trace(String who, String event);
}
