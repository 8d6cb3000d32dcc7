package org.quorate.management;

import java.util.concurrent.CompletionStage;
import org.quorate.api.GroupId;
import org.quorate.api.GroupStatus;
import org.quorate.api.NodeId;
import org.quorate.runtime.api.ControlException;
import org.quorate.runtime.api.NodeControl;

/**
 * The node that operations work on.
 *
 * @param events what happened lately
 * @param stop ends the process, after answers under way have left
 * @param coordinators what its bundles coordinate with
 */
public record ManagedNode(
    NodeControl control, EventLog events, Runnable stop, CoordinatorServices coordinators) {
  /** A node outside of a framework. */
  public ManagedNode(NodeControl control, EventLog events, Runnable stop) {
    this(control, events, stop, CoordinatorServices.NONE);
  }

  /**
   * A group's status; fails with {@link OperationException} NOT_FOUND.
   *
   * @throws OperationException BAD_REQUEST
   */
  public CompletionStage<GroupStatus> status(String name) {
    return control.group(groupId(name)).thenApply(s -> s.orElseThrow(() -> unknown(name)));
  }

  /**
   * A group's name, checked.
   *
   * @throws OperationException BAD_REQUEST
   */
  static GroupId groupId(String name) {
    try {
      return GroupId.of(name);
    } catch (IllegalArgumentException e) {
      throw new OperationException(
          FailureCode.BAD_REQUEST, e.getMessage(), "group list shows the groups", e);
    }
  }

  /**
   * A node's name, checked.
   *
   * @throws OperationException BAD_REQUEST
   */
  static NodeId nodeId(String name) {
    try {
      return NodeId.of(name);
    } catch (IllegalArgumentException e) {
      throw new OperationException(
          FailureCode.BAD_REQUEST, e.getMessage(), "node list shows the nodes", e);
    }
  }

  private static OperationException unknown(String name) {
    return new OperationException(
        FailureCode.NOT_FOUND,
        "no group '" + name + "' on this node",
        "group list shows the groups of this node");
  }

  /** A stage whose failures are {@link OperationException}s. */
  static <T> CompletionStage<T> explained(CompletionStage<T> stage) {
    return stage.exceptionallyCompose(
        t -> java.util.concurrent.CompletableFuture.failedStage(explain(t)));
  }

  /** What a failure of the node means to the caller. */
  static Throwable explain(Throwable thrown) {
    Throwable t = OperationException.cause(thrown);
    return t instanceof ControlException e ? explain(e) : t;
  }

  private static OperationException explain(ControlException e) {
    FailureCode code = code(e.code());
    String next =
        switch (e.code()) {
          case INVALID -> "correct the request";
          case UNKNOWN_GROUP -> "group list shows the groups of this node";
          case UNKNOWN_NODE -> "node list shows the nodes";
          case EXISTS -> "group show tells what it is";
          case UNAVAILABLE -> "group why tells what is missing";
          case TIMEOUT -> "look at group show before you repeat it";
          case INTERNAL -> "see the node's log";
          case FORKED ->
              "group reseed gives the node the group's history; it exports its own first";
          case UNSUPPORTED -> "ask a node that can";
          case FORBIDDEN -> "docs/operating/assemblies.md says who may deploy what";
        };
    return new OperationException(code, e.getMessage(), next, e);
  }

  /** What a refusal of the node is to those who ask over the operations. */
  static FailureCode code(ControlException.Code code) {
    return switch (code) {
      case INVALID -> FailureCode.BAD_REQUEST;
      case UNKNOWN_GROUP, UNKNOWN_NODE -> FailureCode.NOT_FOUND;
      case EXISTS, FORKED -> FailureCode.CONFLICT;
      case UNAVAILABLE -> FailureCode.UNAVAILABLE;
      case TIMEOUT -> FailureCode.INDETERMINATE;
      case INTERNAL -> FailureCode.INTERNAL;
      case UNSUPPORTED -> FailureCode.UNSUPPORTED;
      case FORBIDDEN -> FailureCode.FORBIDDEN;
    };
  }
}
