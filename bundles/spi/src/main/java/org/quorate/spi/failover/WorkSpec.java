package org.quorate.spi.failover;

import java.util.regex.Pattern;
import org.quorate.spi.failover.FailoverException.Code;

/**
 * What is to be done.
 *
 * @param database may be empty
 * @param table may be empty; two takeovers of the same table are never under way together
 * @param type which {@link TakeoverHandler} finishes it: {@link #DDL}, {@link #DML}, {@link
 *     #REBALANCE}, or the product's own: a letter, then letters, digits and dashes, up to 32, lower case
 * @param scn a number of the product that is shown, 0 for the commit id
 * @param waitMs how long to wait while the cluster is read-only, in milliseconds
 */
public record WorkSpec(String database, String table, String type, long scn, long waitMs) {
  public static final String DDL = "ddl";
  public static final String DML = "dml";

  /** The one type that has states 4 and 5, and not 3. */
  public static final String REBALANCE = "rebalance";

  private static final Pattern TYPE = Pattern.compile("[a-z][a-z0-9-]{0,31}");

  public WorkSpec {
    FailoverLimits.name("the database", database);
    FailoverLimits.name("the table", table);
    type(type);
    FailoverLimits.range("wait.ms", waitMs, 0, FailoverLimits.WAIT_MS);
  }

  /** The type, if it is one. */
  public static String type(String type) {
    if (type == null || !TYPE.matcher(type).matches()) {
      throw new FailoverException(
          Code.INVALID, "'" + type + "' is no type: a letter, then letters, digits and dashes");
    }
    return type;
  }

  /** Without a number of its own; refused at once while the cluster is read-only. */
  public static WorkSpec of(String type, String database, String table) {
    return new WorkSpec(database, table, type, 0, 0);
  }

  public WorkSpec waiting(long ms) {
    return new WorkSpec(database, table, type, scn, ms);
  }
}
