package org.quorate.certify;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The state of a node moves as operators of Galera know it. */
class NodeStatesTest {
  private static final Map<String, List<String>> ALLOWED =
      Map.of(
          "OPEN", List.of(),
          "PRIMARY", List.of("JOINER", "JOINED"),
          "JOINER", List.of("JOINED"),
          "JOINED", List.of("SYNCED", "DONOR"),
          "SYNCED", List.of("DONOR"),
          "DONOR", List.of("JOINED"));

  @Test
  void everyWayFromAnyStateToAnyOtherIsOfAllowedSteps() {
    for (String from : ALLOWED.keySet()) {
      for (String to : ALLOWED.keySet()) {
        String at = from;
        for (int steps = 0; !at.equals(to); steps++) {
          String next = NodeStates.next(at, to);
          assertTrue(
              next.equals("OPEN") || next.equals("PRIMARY") || ALLOWED.get(at).contains(next),
              at + " to " + next + " on the way to " + to);
          assertTrue(steps < 4, from + " does not come to " + to);
          at = next;
        }
      }
    }
  }

  @ParameterizedTest
  @CsvSource({
    "OPEN, SYNCED, OPEN PRIMARY JOINED SYNCED",
    "SYNCED, JOINER, SYNCED PRIMARY JOINER",
    "JOINER, SYNCED, JOINER JOINED SYNCED",
    "SYNCED, DONOR, SYNCED DONOR",
    "DONOR, SYNCED, DONOR JOINED SYNCED",
    "SYNCED, JOINED, SYNCED DONOR JOINED",
    "SYNCED, OPEN, SYNCED OPEN"
  })
  void theUsualWays(String from, String to, String way) {
    StringBuilder seen = new StringBuilder(from);
    for (String at = from; !at.equals(to); ) {
      at = NodeStates.next(at, to);
      seen.append(' ').append(at);
    }
    assertEquals(way, seen.toString());
  }
}
