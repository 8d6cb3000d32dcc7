package org.quorate.failover;

import org.quorate.api.Bytes;
import org.quorate.spi.coordination.Keys;
import org.quorate.spi.coordination.Scope;

/**
 * Keys of a registry. What everybody follows is below the root; contents and events are beside it, so
 * that nobody is sent what only few want.
 *
 * <pre>
 *   ROOT/rec/0000000042    a record; the number is its commit id
 *   ROOT/node/NAME         a registered node, owned by its session
 *   ROOT/lock/NAME         the id of the record that has the lock
 *   ROOT/mode              only while it is not normal
 *   ROOT/leader            who assigns takeovers; also the name of that election
 *   ROOT-content/ID        contents
 *   ROOT-event/0000000042  what an operation that has ended left to be put right
 * </pre>
 */
final class Layout {
  private static final int DIGITS = 10;

  private final String root;
  private final String records;
  private final String nodes;
  private final String events;

  Layout(String root) {
    this.root = Keys.check(root);
    this.records = root + "/rec/";
    this.nodes = root + "/node/";
    this.events = root + "-event/";
  }

  Scope all() {
    return Scope.tree(root);
  }

  Scope recordTree() {
    return Scope.tree(root + "/rec");
  }

  Scope nodeTree() {
    return Scope.tree(root + "/node");
  }

  Scope lockTree() {
    return Scope.tree(root + "/lock");
  }

  String mode() {
    return root + "/mode";
  }

  String leader() {
    return root + "/leader";
  }

  String recordPrefix() {
    return records;
  }

  String record(long id) {
    return records + digits(id);
  }

  private static String digits(long id) {
    String digits = Long.toUnsignedString(id);
    return "0".repeat(Math.max(0, DIGITS - digits.length())) + digits;
  }

  String content(long id) {
    return root + "-content/" + Long.toUnsignedString(id);
  }

  Scope eventTree() {
    return Scope.tree(root + "-event");
  }

  String event(long id) {
    return events + digits(id);
  }

  /** The id in an event's key. */
  long eventId(String key) {
    return Long.parseUnsignedLong(key.substring(events.length()));
  }

  String node(String name) {
    return nodes + name;
  }

  String lock(String name) {
    return root + "/lock/" + Keys.check(name);
  }

  /** The id in a record's key, null for another key. */
  Long recordId(String key) {
    if (!key.startsWith(records)) {
      return null;
    }
    try {
      return Long.parseUnsignedLong(key.substring(records.length()));
    } catch (NumberFormatException e) {
      return null;
    }
  }

  /** The name in a node's key, null for another key. */
  String nodeName(String key) {
    return key.startsWith(nodes) ? key.substring(nodes.length()) : null;
  }

  static Bytes id(long id) {
    return Bytes.utf8(Long.toUnsignedString(id));
  }
}
