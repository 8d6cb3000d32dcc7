package org.quorate.spi.operations;

import java.nio.charset.StandardCharsets;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.TreeSet;
import org.quorate.spi.coordination.CoordinationException;
import org.quorate.spi.coordination.Keys;
import org.quorate.spi.operations.OperationException.Code;

/**
 * What all members are to do.
 *
 * @param kind one of those below, or the product's own; one name of a key
 * @param name what it is about, shown to people
 * @param lock two operations of the same lock are never under way together; by the rules of keys
 * @param content what members are told, for example a statement
 * @param changes keys that are changed in one transaction when it is committed, below the service's
 *     root: their new values, null to delete one. If a member fails to complete, all are changed back
 * @param work whether {@link Participant#execute} is called between
 * @param repeatable whether that may be called again, on another member, if the one that did it died;
 *     else the operation is aborted then
 * @param strict whether it is aborted when a member is lost before it is decided; else the others go on,
 *     and that member is brought up to date when it returns
 * @param timeouts how long it waits
 */
public record OperationSpec(
    String kind,
    String name,
    String lock,
    String content,
    Map<String, String> changes,
    boolean work,
    boolean repeatable,
    boolean strict,
    Timeouts timeouts) {
  public static final String DDL = "ddl";
  public static final String VIEW = "view";
  public static final String RELOAD = "reload";
  public static final String ROLLBACK = "rollback";
  public static final String CUT = "cut";
  public static final String PAUSE = "pause";
  public static final String RESUME = "resume";

  /** Kind and name of one that cannot be read: nobody knows what it was. */
  public static final String UNKNOWN = "unknown";

  private static final String CONF_LOCK = "confChange.lock";
  private static final String PAUSE_LOCK = "pause_node.lock";
  private static final String PAUSED = "conf/migration/pause/";

  /**
   * How long an operation waits, in milliseconds, each 0 to {@link OperationLimits#WAIT_MS}.
   *
   * @param lockMs for its lock; 0: not at all
   * @param prepareMs until all members are ready; then it is aborted
   * @param executeMs until the work is done; then it is aborted
   * @param completeMs until all members have completed; who has not is put offline then, and brought
   *     up to date before it is online again
   */
  public record Timeouts(long lockMs, long prepareMs, long executeMs, long completeMs) {
    /** No wait for the lock, a minute for members, ten for the work. */
    public static final Timeouts DEFAULT = new Timeouts(0, 60_000, 600_000, 60_000);

    public Timeouts {
      OperationLimits.range("lock.ms", lockMs, 0, OperationLimits.WAIT_MS);
      OperationLimits.range("prepare.ms", prepareMs, 0, OperationLimits.WAIT_MS);
      OperationLimits.range("execute.ms", executeMs, 0, OperationLimits.WAIT_MS);
      OperationLimits.range("complete.ms", completeMs, 0, OperationLimits.WAIT_MS);
    }
  }

  public OperationSpec {
    OperationLimits.name("the kind", kind);
    OperationLimits.name("the name", name);
    key("lock/" + lock);
    long bytes = size(content);
    changes = Collections.unmodifiableMap(new TreeMap<>(changes));
    if (changes.size() > OperationLimits.CHANGES) {
      throw new OperationException(
          Code.TOO_LARGE,
          changes.size() + " keys are changed; the limit is " + OperationLimits.CHANGES);
    }
    for (Map.Entry<String, String> change : changes.entrySet()) {
      key(change.getKey());
      if (!change.getKey().startsWith("conf/") && !change.getKey().startsWith("view/")) {
        throw new OperationException(
            Code.INVALID, "key '" + change.getKey() + "' is neither below conf/ nor view/");
      }
      bytes += change.getValue() == null ? 0 : size(change.getValue());
    }
    if (bytes > OperationLimits.CONTENT_BYTES) {
      throw new OperationException(
          Code.TOO_LARGE,
          "content and changes of "
              + bytes
              + " bytes; the limit is "
              + OperationLimits.CONTENT_BYTES);
    }
  }

  private static int size(String text) {
    OperationLimits.text("the content", text, Integer.MAX_VALUE);
    return text.getBytes(StandardCharsets.UTF_8).length;
  }

  private static void key(String key) {
    try {
      Keys.check(key);
    } catch (CoordinationException e) {
      throw new OperationException(Code.INVALID, e.getMessage(), e);
    }
  }

  /**
   * A statement that changes a table: members lock what they know of the table, one executes the
   * statement, all read the table anew.
   *
   * @param table {@code schema.table}
   */
  public static OperationSpec ddl(String table, String statement) {
    return new OperationSpec(
        DDL, table, "ddl_lock/" + table, statement, Map.of(), true, true, false, Timeouts.DEFAULT);
  }

  /** Defines a view, for example {@code schema:view}. */
  public static OperationSpec createView(String view, String statement) {
    return view(view, statement, statement);
  }

  /** Drops a view; also one that a member does not know. */
  public static OperationSpec dropView(String view) {
    return view(view, "", null);
  }

  private static OperationSpec view(String view, String content, String value) {
    Map<String, String> change = new TreeMap<>();
    change.put("view/" + view, value);
    return change(VIEW, view, "view_lock/" + view, content, change);
  }

  /**
   * New configuration: members look whether they can take it, the keys are changed, members load it.
   *
   * @param keys below the root, for example {@code conf/db}
   */
  public static OperationSpec reload(Map<String, String> keys) {
    return change(RELOAD, "config", CONF_LOCK, "", keys);
  }

  /** The configuration before the last {@link #reload} or {@link #rollback}. */
  public static OperationSpec rollback() {
    return change(ROLLBACK, "config", CONF_LOCK, "", Map.of());
  }

  /**
   * A point at which no member has a transaction under way. Sessions that have not begun to commit wait,
   * those that have finish, one member reads the positions, all go on.
   */
  public static OperationSpec cut() {
    return new OperationSpec(
        CUT,
        "binlog",
        "binlogStatus.lock",
        "",
        Map.of(),
        true,
        false,
        true,
        new Timeouts(0, 60_000, 60_000, 60_000));
  }

  /** Sessions that want these shards wait until they are resumed; also on nodes that come later. */
  public static OperationSpec pause(List<String> shards) {
    return paused(PAUSE, shards, "paused");
  }

  /** The contrary. */
  public static OperationSpec resume(List<String> shards) {
    return paused(RESUME, shards, null);
  }

  private static OperationSpec paused(String kind, List<String> shards, String value) {
    Map<String, String> changes = new TreeMap<>();
    shards.forEach(shard -> changes.put(PAUSED + shard, value));
    String names = String.join(",", new TreeSet<>(shards));
    return change(kind, names, PAUSE_LOCK, names, changes);
  }

  private static OperationSpec change(
      String kind, String name, String lock, String content, Map<String, String> changes) {
    return new OperationSpec(
        kind, name, lock, content, changes, false, false, false, Timeouts.DEFAULT);
  }

  /** The same with other changes. */
  public OperationSpec withChanges(Map<String, String> other) {
    return new OperationSpec(kind, name, lock, content, other, work, repeatable, strict, timeouts);
  }

  /** The same with other waits. */
  public OperationSpec withTimeouts(Timeouts other) {
    return new OperationSpec(kind, name, lock, content, changes, work, repeatable, strict, other);
  }
}
