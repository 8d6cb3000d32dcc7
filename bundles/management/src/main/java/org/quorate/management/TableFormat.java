package org.quorate.management;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * Prints answers for people: lists as tables, a record as a list of its fields, or as its field {@code
 * text} says.
 */
public final class TableFormat {
  private TableFormat() {}

  /** A record, a list of records, or their JSON tree; ends with a line break unless empty. */
  public static String format(Object answer) {
    JsonNode tree = answer instanceof JsonNode node ? node : Json.tree(answer);
    StringBuilder out = new StringBuilder();
    if (tree.isArray()) {
      list(out, tree, "");
    } else if (tree.path("text").isTextual()) {
      out.append(lines(tree.path("text").asText()));
    } else if (tree.isObject()) {
      fields(out, tree, "");
    } else {
      out.append(cell(tree)).append('\n');
    }
    return out.toString();
  }

  private static String lines(String text) {
    StringBuilder out = new StringBuilder();
    text.lines().forEach(line -> out.append(printable(line)).append('\n'));
    return out.toString();
  }

  private static void list(StringBuilder out, JsonNode rows, String indent) {
    if (rows.isEmpty()) {
      out.append(indent).append("(none)\n");
      return;
    }
    List<String> columns = columns(rows);
    if (columns.isEmpty()) {
      rows.forEach(row -> out.append(indent).append(cell(row)).append('\n'));
      return;
    }
    List<List<String>> cells = new ArrayList<>();
    for (JsonNode row : rows) {
      cells.add(columns.stream().map(c -> cell(row.path(c))).toList());
    }
    rows(out, columns.stream().map(TableFormat::title).toList(), cells, indent);
  }

  /** In the order of the rows, of which each may leave fields out. */
  private static List<String> columns(JsonNode rows) {
    List<String> columns = new ArrayList<>();
    for (JsonNode row : rows) {
      int at = 0;
      for (Map.Entry<String, JsonNode> field : row.properties()) {
        int known = columns.indexOf(field.getKey());
        if (known < 0) {
          columns.add(at++, field.getKey());
        } else {
          at = known + 1;
        }
      }
    }
    return columns;
  }

  /** Columns as wide as their widest cell; numbers to the right. */
  public static String rows(List<String> header, List<List<String>> cells) {
    StringBuilder out = new StringBuilder();
    rows(out, header, cells, "");
    return out.toString();
  }

  private static void rows(
      StringBuilder out, List<String> header, List<List<String>> cells, String indent) {
    int[] width = new int[header.size()];
    boolean[] right = new boolean[header.size()];
    for (int c = 0; c < width.length; c++) {
      int column = c;
      right[c] =
          !cells.isEmpty()
              && cells.stream().allMatch(r -> r.get(column).matches("-?[0-9][0-9., %]*|-|"));
      width[c] = header.get(c).length();
      for (List<String> row : cells) {
        width[c] = Math.max(width[c], row.get(c).length());
      }
    }
    line(out, header, width, right, indent);
    cells.forEach(row -> line(out, row, width, right, indent));
  }

  private static void line(
      StringBuilder out, List<String> row, int[] width, boolean[] right, String indent) {
    StringBuilder line = new StringBuilder(indent);
    for (int c = 0; c < width.length; c++) {
      String pad = " ".repeat(width[c] - row.get(c).length());
      line.append(c == 0 ? "" : "  ");
      line.append(right[c] ? pad + row.get(c) : row.get(c) + pad);
    }
    out.append(line.toString().stripTrailing()).append('\n');
  }

  private static void fields(StringBuilder out, JsonNode object, String indent) {
    int width = 0;
    for (Map.Entry<String, JsonNode> field : object.properties()) {
      width = Math.max(width, name(field.getKey(), indent).length());
    }
    for (Map.Entry<String, JsonNode> field : object.properties()) {
      String title = name(field.getKey(), indent);
      JsonNode value = field.getValue();
      out.append(indent).append(title);
      if (isTable(value)) {
        out.append(":\n");
        list(out, value, indent + "  ");
      } else if (value.isObject() && !value.isEmpty()) {
        out.append(":\n");
        fields(out, value, indent + "  ");
      } else {
        out.append(" ".repeat(width - title.length() + 2)).append(cell(value)).append('\n');
      }
    }
  }

  /** What is named within a field is data, such as parameters: its names stay as they are. */
  private static String name(String field, String indent) {
    return indent.isEmpty() ? title(field) : field;
  }

  private static boolean isTable(JsonNode value) {
    return value.isArray() && !value.isEmpty() && value.get(0).isObject();
  }

  private static String cell(JsonNode value) {
    if (value.isMissingNode() || value.isNull()) {
      return "-";
    }
    if (value.isArray()) {
      List<String> parts = new ArrayList<>();
      value.forEach(v -> parts.add(cell(v)));
      return parts.isEmpty() ? "-" : String.join(", ", parts);
    }
    if (value.isObject()) {
      List<String> parts = new ArrayList<>();
      value.properties().forEach(e -> parts.add(e.getKey() + "=" + cell(e.getValue())));
      return String.join(" ", parts);
    }
    String text = value.asText();
    return text.isEmpty() ? "-" : printable(text);
  }

  /** Control characters would move the cursor of the terminal that shows them. */
  private static String printable(String text) {
    StringBuilder safe = new StringBuilder(text.length());
    text.codePoints()
        .forEach(
            c -> {
              if (Character.isISOControl(c)) {
                safe.append(String.format("\\x%02x", c));
              } else {
                safe.appendCodePoint(c);
              }
            });
    return safe.toString();
  }

  /** {@code stateHash} becomes {@code STATE HASH}; a dotted name stays, to be typed again. */
  private static String title(String name) {
    if (name.indexOf('.') > 0) {
      return name;
    }
    return name.replaceAll("(?<=[a-z0-9])(?=[A-Z])", " ").toUpperCase(java.util.Locale.ROOT);
  }
}
