package org.quorate.management;

import io.vertx.core.Future;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Function;
import org.quorate.runtime.api.AccessRole;
import org.quorate.runtime.api.NodeControl;

/**
 * Who may use the surfaces from outside the process.
 *
 * @param authenticate what a caller with this credential, possibly empty, may do; empty if it is not
 *     known
 */
public record AccessControl(Function<String, CompletionStage<Optional<AccessRole>>> authenticate) {
  /** Everyone may do everything: only on loopback, where the node's configuration allows it. */
  public static final AccessControl OPEN =
      new AccessControl(
          credential -> CompletableFuture.completedFuture(Optional.of(AccessRole.ADMIN)));

  /**
   * What a caller may do; fails with UNAUTHORIZED or UNAVAILABLE.
   *
   * @param credential what the caller showed, or null
   */
  public Future<AccessRole> role(String credential) {
    return Future.fromCompletionStage(
            ManagedNode.explained(authenticate.apply(credential == null ? "" : credential)))
        .map(
            role ->
                role.orElseThrow(
                    () ->
                        new OperationException(
                            FailureCode.UNAUTHORIZED,
                            credential == null
                                ? "this node wants to know who you are"
                                : "the token or password is wrong",
                            "send a token or name and password (docs/operating/security.md)")));
  }

  /**
   * Lets a role run an operation or says why not. The group that holds what is deployed is changed by
   * admins only.
   *
   * @param given its arguments as they came
   * @throws OperationException FORBIDDEN
   */
  public static void check(AccessRole role, Operation operation, Map<String, ?> given) {
    boolean ofSystem =
        operation.access() != Access.READ
            && NodeControl.SYSTEM_GROUP.name().equals(given.get("group"));
    check(
        role,
        ofSystem ? AccessRole.ADMIN : operation.access().role(),
        operation.name() + (ofSystem ? " on group " + NodeControl.SYSTEM_GROUP : ""));
  }

  static void check(AccessRole role, AccessRole needed, String what) {
    if (!role.covers(needed)) {
      throw new OperationException(
          FailureCode.FORBIDDEN,
          what + " needs the role " + needed.word() + ", the caller has " + role.word(),
          "use the credential of somebody who may");
    }
  }
}
