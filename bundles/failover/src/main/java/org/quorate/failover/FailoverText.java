package org.quorate.failover;

import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.time.ZoneId;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.quorate.api.Bytes;
import org.quorate.spi.failover.FailoverDetail;
import org.quorate.spi.failover.FailoverRecord;
import org.quorate.spi.failover.FailoverRecord.Owner;
import org.quorate.spi.failover.FailoverRecord.Rebalance;
import org.quorate.spi.failover.FailoverRecord.Slice;
import org.quorate.spi.failover.ShardState;

/** Records as {@code gcadmin showfailover} and {@code showfailoverdetail} print them. */
public final class FailoverText {
  private static final String TITLE = "GCLUSTER FAILOVER";
  private static final String NONE = "failover:show: no failover information now\n";
  private static final String NO_NODE = "0.0.0.0";
  private static final DateTimeFormatter TIME = DateTimeFormatter.ofPattern("yyyyMMddHHmmss");
  private static final List<String> HEADER =
      List.of(
          "commit id",
          "database",
          "table",
          "scn",
          "type",
          "create time",
          "state",
          "original node",
          "takeover node",
          "takeover number");

  private FailoverText() {}

  /**
   * A table, and a line for each that cannot be read; or one that says that there is nothing.
   *
   * @param zone whose time is shown
   */
  public static String list(Operators.Listed listed, ZoneId zone) {
    boolean onlyUnreadable = listed.records().isEmpty() && !listed.unreadable().isEmpty();
    StringBuilder text = new StringBuilder(onlyUnreadable ? "" : table(listed.records(), zone));
    listed
        .unreadable()
        .forEach((key, why) -> text.append(key).append(": ").append(why).append('\n'));
    return text.toString();
  }

  /**
   * A table, or a line that says that there is nothing.
   *
   * @param zone whose time is shown
   */
  public static String table(List<FailoverRecord> records, ZoneId zone) {
    if (records.isEmpty()) {
      return NONE;
    }
    List<List<String>> rows = new ArrayList<>();
    rows.add(HEADER);
    records.forEach(r -> rows.add(cells(r, zone)));
    int[] width = new int[HEADER.size()];
    for (List<String> row : rows) {
      for (int c = 0; c < width.length; c++) {
        width[c] = Math.max(width[c], row.get(c).length());
      }
    }
    int inner = 3 * width.length - 1;
    for (int w : width) {
      inner += w;
    }
    String thick = "+" + "=".repeat(inner) + "+\n";
    String thin = "+" + "-".repeat(inner) + "+\n";
    int left = (inner - TITLE.length()) / 2;
    StringBuilder out = new StringBuilder(thick);
    out.append('|').append(" ".repeat(left)).append(TITLE);
    out.append(" ".repeat(inner - left - TITLE.length())).append("|\n").append(thick);
    for (List<String> row : rows) {
      for (int c = 0; c < width.length; c++) {
        String cell = row.get(c);
        out.append("| ").append(cell).append(" ".repeat(width[c] - cell.length() + 1));
      }
      out.append("|\n").append(thin);
    }
    return out.toString();
  }

  /** What the columns of the table and the elements of the detail say, in their order. */
  private static List<String> cells(FailoverRecord r, ZoneId zone) {
    return List.of(
        Long.toUnsignedString(r.id()),
        r.database(),
        r.table(),
        Long.toUnsignedString(r.scn()),
        r.type(),
        time(r, zone),
        Integer.toString(r.state()),
        r.origin().address(),
        takeoverNode(r),
        Long.toString(r.takeover().number()));
  }

  private static String time(FailoverRecord r, ZoneId zone) {
    return TIME.format(Instant.ofEpochMilli(r.createdAtMs()).atZone(zone));
  }

  private static String takeoverNode(FailoverRecord r) {
    Owner node = r.takeover().node();
    return node == null ? NO_NODE : node.address();
  }

  /**
   * A record with its content. Content that is not text of XML is in Base64, and says so.
   *
   * @param zone whose time is shown
   */
  public static String xml(FailoverDetail detail, ZoneId zone) {
    FailoverRecord r = detail.record();
    StringBuilder out = new StringBuilder("<?xml version='1.0' encoding=\"utf-8\"?>\n");
    out.append("<failover_detail>\n  <failover_information>\n");
    List<String> cells = cells(r, zone);
    for (int c = 0; c < cells.size(); c++) {
      element(out, "    ", HEADER.get(c).replace(' ', '_'), cells.get(c));
    }
    out.append("  </failover_information>\n");
    content(out, detail.content());
    element(out, "  ", "status", r.status().isEmpty() ? " " : status(r.status()));
    rebalance(out, r.rebalance());
    slices(out, r.slices());
    return out.append("</failover_detail>\n").toString();
  }

  private static void content(StringBuilder out, Bytes content) {
    String text = text(content);
    if (text != null) {
      element(out, "  ", "content", text);
    } else {
      out.append("  <content encoding=\"base64\">")
          .append(Base64.getEncoder().encodeToString(content.toByteArray()))
          .append("</content>\n");
    }
  }

  private static String status(Map<String, ShardState> status) {
    List<String> shards = new ArrayList<>();
    status.forEach((shard, how) -> shards.add(shard + " " + how.name().toLowerCase(Locale.ROOT)));
    return String.join(", ", shards);
  }

  private static void rebalance(StringBuilder out, Rebalance r) {
    if (r == null) {
      out.append("  <rebalance_information></rebalance_information>\n");
      return;
    }
    out.append("  <rebalance_information>\n");
    element(out, "    ", "distribution_id", Long.toString(r.distributionId()));
    element(out, "    ", "current_scn", Long.toString(r.currentScn()));
    element(out, "    ", "current_step", Long.toString(r.currentStep()));
    element(out, "    ", "table", r.table());
    out.append("  </rebalance_information>\n");
  }

  private static void slices(StringBuilder out, List<Slice> slices) {
    if (slices.isEmpty()) {
      out.append("  <sdm></sdm>\n");
      return;
    }
    out.append("  <sdm>\n");
    for (Slice s : slices) {
      String from = "from_slice " + s.node() + "." + s.suffix() + ".row" + s.rowId() + ".block_id";
      element(out, "    ", "slice_dm", from + s.blockId());
    }
    out.append("  </sdm>\n");
  }

  private static void element(StringBuilder out, String indent, String name, String value) {
    out.append(indent).append('<').append(name).append('>');
    out.append(escaped(value)).append("</").append(name).append(">\n");
  }

  private static String escaped(String text) {
    return text.replace("&", "&amp;")
        .replace("<", "&lt;")
        .replace(">", "&gt;")
        .replace("\r", "&#13;");
  }

  /** Null for what is not text, or has characters that XML cannot carry. */
  private static String text(Bytes content) {
    String text;
    try {
      text =
          StandardCharsets.UTF_8
              .newDecoder()
              .decode(ByteBuffer.wrap(content.toByteArray()))
              .toString();
    } catch (CharacterCodingException e) {
      return null;
    }
    boolean carried =
        text.codePoints()
            .allMatch(
                c ->
                    c == '\t' || c == '\n' || c == '\r' || c >= 0x20 && c != 0xfffe && c != 0xffff);
    return carried ? text : null;
  }
}
