package org.quorate.management;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.util.Map;

/**
 * Who may do what: bearer tokens and the access each gives. With no token configured every caller
 * is an administrator, which is why that is only allowed on loopback.
 *
 * @param tokens access by token
 */
public record AccessControl(Map<String, Access> tokens) {
  public static final AccessControl OPEN = new AccessControl(Map.of());

  public AccessControl {
    tokens = Map.copyOf(tokens);
  }

  /**
   * Lets a call pass or says why not.
   *
   * @param token what the caller showed, or null
   * @throws OperationException UNAUTHORIZED or FORBIDDEN
   */
  public void check(String token, Access needed, String what) {
    if (tokens.isEmpty()) {
      return;
    }
    Access has = token == null ? null : lookUp(token);
    if (has == null) {
      throw new OperationException(
          FailureCode.UNAUTHORIZED,
          what + " wants a token" + (token == null ? "" : "; this one is not known"),
          "send a token listed in the node's configuration");
    }
    if (!has.allows(needed)) {
      throw new OperationException(
          FailureCode.FORBIDDEN,
          what + " needs " + needed + "; this token gives " + has,
          "use a token with more access");
    }
  }

  /** Compares with every token in constant time, so that timing tells nothing. */
  private Access lookUp(String token) {
    byte[] shown = token.getBytes(StandardCharsets.UTF_8);
    Access found = null;
    for (Map.Entry<String, Access> entry : tokens.entrySet()) {
      if (MessageDigest.isEqual(shown, entry.getKey().getBytes(StandardCharsets.UTF_8))) {
        found = entry.getValue();
      }
    }
    return found;
  }
}
