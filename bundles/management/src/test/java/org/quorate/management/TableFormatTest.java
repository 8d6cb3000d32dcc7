package org.quorate.management;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

class TableFormatTest {
  record Line(String node, Long lag, String stateHash) {}

  record Nested(String name, Map<String, String> addresses, List<Line> lines) {}

  @Test
  void aListIsATable() {
    String expected =
        """
        NODE  LAG  STATE HASH
        n1      0  ab
        n2    120  -
        """;
    assertEquals(
        expected,
        TableFormat.format(List.of(new Line("n1", 0L, "ab"), new Line("n2", 120L, null))));
  }

  /** A node that is down leaves most fields out: the order of the others stays. */
  @Test
  void aRowThatLeavesFieldsOutMovesNoColumn() {
    String expected =
        """
        NODE  LAG  STATE HASH
        n1      -  down
        n2      7  ab
        """;
    assertEquals(
        expected,
        TableFormat.format(List.of(new Line("n1", null, "down"), new Line("n2", 7L, "ab"))));
  }

  @Test
  void aColumnThatNobodyFillsIsLeftOut() {
    assertEquals("NODE\nn1\n", TableFormat.format(List.of(new Line("n1", null, null))));
    assertEquals("(none)\n", TableFormat.format(List.of()));
  }

  @Test
  void aRecordIsAListOfItsFields() {
    String expected =
        """
        NAME       x
        ADDRESSES:
          client  127.0.0.1:2
          peer    127.0.0.1:1
        LINES:
          NODE  LAG
          n1      3
        """;
    Nested nested =
        new Nested(
            "x",
            new TreeMap<>(Map.of("peer", "127.0.0.1:1", "client", "127.0.0.1:2")),
            List.of(new Line("n1", 3L, null)));
    assertEquals(expected, TableFormat.format(nested));
  }

  @Test
  void controlCharactersDoNotReachTheTerminal() {
    assertEquals(
        "NODE\na\\x1b[2Jb\\x0ac\n",
        TableFormat.format(List.of(new Line("a\u001b[2Jb\nc", null, null))));
  }

  private record Drawn(int number, String text) {}

  @Test
  void aRecordWithATextIsPrintedAsItSays() {
    assertEquals("+--+\n|\\x1b|\n", TableFormat.format(new Drawn(1, "+--+\n|\u001b|\n")));
  }
}
