package org.quorate.management;

import java.util.function.Predicate;

/**
 * Who may use the surfaces from outside the process.
 *
 * @param authorized whether a caller with this token, possibly empty, may come in; must take as long
 *     for a wrong token as for the right one
 */
public record AccessControl(Predicate<String> authorized) {
  /** Everyone: only on loopback, where the node's configuration allows it. */
  public static final AccessControl OPEN = new AccessControl(token -> true);

  /**
   * Lets a call pass or says why not.
   *
   * @param token what the caller showed, or null
   * @throws OperationException UNAUTHORIZED
   */
  public void check(String token, String what) {
    if (!authorized.test(token == null ? "" : token)) {
      throw new OperationException(
          FailureCode.UNAUTHORIZED,
          what + " wants a token" + (token == null ? "" : "; this one is wrong"),
          "send the token of the node's configuration (auth.token)");
    }
  }
}
