package org.quorate.coordinator.zk;

import org.apache.zookeeper.KeeperException;
import org.quorate.spi.coordination.CoordinationException;
import org.quorate.spi.coordination.CoordinationException.Code;

/** What servers say that trying again does not change, and what to do about it. */
final class Refusal {
  private Refusal() {}

  /** What an answer means, or null if it is to be tried again. */
  static CoordinationException of(KeeperException.Code code, String root) {
    return switch (code) {
      case NOAUTH, AUTHFAILED ->
          refused(
              Code.FORBIDDEN,
              code,
              "grant this client the rights to read, write, create and delete below " + root);
      case QUOTAEXCEEDED ->
          refused(Code.OVERLOADED, code, "raise the quota of " + root + ", or delete keys");
      case THROTTLEDOP -> refused(Code.OVERLOADED, code, "ask less, or later");
      case NONODE -> gone(root);
      case BADARGUMENTS, MARSHALLINGERROR, UNIMPLEMENTED, NOCHILDRENFOREPHEMERALS ->
          refused(
              Code.BROKEN, code, "the servers have to be ZooKeeper 3.5 or later: see their logs");
      default -> null;
    };
  }

  /** A node is not there without which nothing goes on. */
  static CoordinationException gone(String root) {
    return refused(
        Code.BROKEN,
        KeeperException.Code.NONODE,
        "what is kept below "
            + root
            + " was deleted, in whole or in part: bring it back from a backup of the servers, or"
            + " stop all coordinators of it, delete the rest and open them anew");
  }

  private static CoordinationException refused(
      Code meaning, KeeperException.Code code, String next) {
    return new CoordinationException(meaning, "ZooKeeper answers " + code + ": " + next);
  }
}
