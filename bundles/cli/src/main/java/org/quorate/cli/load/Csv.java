package org.quorate.cli.load;

import java.util.ArrayList;
import java.util.List;

/** Splits a record of comma-separated values (RFC 4180, any delimiter). */
final class Csv {
  private Csv() {}

  static List<String> split(String record, char delimiter) throws BadRecord {
    List<String> cells = new ArrayList<>();
    int at = 0;
    while (true) {
      StringBuilder cell = new StringBuilder();
      if (at < record.length() && record.charAt(at) == '"') {
        at = quoted(record, at + 1, cell);
        if (at < record.length() && record.charAt(at) != delimiter) {
          throw new BadRecord("text after a closing quote in column " + (cells.size() + 1));
        }
      } else {
        int end = record.indexOf(delimiter, at);
        end = end < 0 ? record.length() : end;
        cell.append(record, at, end);
        at = end;
      }
      cells.add(cell.toString());
      if (at >= record.length()) {
        return cells;
      }
      at++;
    }
  }

  /** Reads up to behind the closing quote; a doubled quote is one of the cell. */
  private static int quoted(String record, int from, StringBuilder cell) throws BadRecord {
    int at = from;
    while (at < record.length()) {
      char c = record.charAt(at++);
      if (c != '"') {
        cell.append(c);
      } else if (at < record.length() && record.charAt(at) == '"') {
        cell.append('"');
        at++;
      } else {
        return at;
      }
    }
    throw new BadRecord("a quote is not closed");
  }
}
