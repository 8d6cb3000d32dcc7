package org.quorate.management;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class ArgumentsTest {
  private static final Operation SCAN = Operations.table().get("kv.scan");
  private static final Operation PUT = Operations.table().get("kv.put");

  @Test
  void defaultsStandWhereNothingWasGiven() {
    Arguments a = Arguments.check(SCAN, Map.of());
    assertEquals(100, a.number("limit"));
    assertEquals("default", a.text("group"));
    assertTrue(a.maybe("from").isEmpty());
    assertEquals(false, a.flag("reverse"));
  }

  @Test
  void textsAndJsonValuesAreTheSame() {
    assertEquals(7, Arguments.check(SCAN, Map.of("limit", 7)).number("limit"));
    assertEquals(7, Arguments.check(SCAN, Map.of("limit", "7")).number("limit"));
    assertTrue(Arguments.check(SCAN, Map.of("reverse", true)).flag("reverse"));
    assertTrue(Arguments.check(SCAN, Map.of("reverse", "true")).flag("reverse"));
  }

  @Test
  void whatIsWrongIsNamed() {
    refused(PUT, Map.of("key", "a"), "kv.put: argument 'value' is missing");
    refused(SCAN, Map.of("limit", "many"), "'many' is no whole number");
    refused(SCAN, Map.of("reverse", "yes"), "neither true nor false");
    refused(SCAN, Map.of("limt", 3), "unknown argument 'limt'");
    refused(SCAN, Map.of("level", "fresh"), "none of linearizable, local");
    refused(PUT, Map.of("key", List.of("a"), "value", "b"), "wants a text");
  }

  private static void refused(Operation op, Map<String, Object> given, String part) {
    OperationException e = assertThrows(OperationException.class, () -> Arguments.check(op, given));
    assertEquals(FailureCode.BAD_REQUEST, e.failure().code());
    assertTrue(e.getMessage().contains(part), e.getMessage());
  }

  @Test
  void listsComeAsArraysOrWithCommas() {
    Operation create = Operations.table().get("group.create");
    Map<String, Object> array = Map.of("group", "g", "members", List.of("n1", "n2"));
    assertEquals(List.of("n1", "n2"), Arguments.check(create, array).list("members"));
    Map<String, Object> text = Map.of("group", "g", "members", "n1, n2");
    assertEquals(List.of("n1", "n2"), Arguments.check(create, text).list("members"));
  }

  @Test
  void shellWordsBecomeArguments() {
    assertEquals(
        Map.of("key", "colour", "value", "green", "previous", "true", "lease", "5"),
        CommandLine.parse(PUT, List.of("colour", "--previous", "green", "--lease=5")));
    assertEquals(
        Map.of("key", "--odd", "value", "v"), CommandLine.parse(PUT, List.of("--", "--odd", "v")));
    assertEquals(Map.of("keysOnly", "true"), CommandLine.parse(SCAN, List.of("--keys-only")));
  }

  @Test
  void shellWordsThatMakeNoSenseShowTheUsage() {
    for (List<String> words :
        List.of(List.of("a", "b", "c"), List.of("--nope"), List.of("a", "b", "--lease"))) {
      OperationException e =
          assertThrows(OperationException.class, () -> CommandLine.parse(PUT, words));
      assertTrue(e.failure().next().startsWith("usage: kv put <key> <value>"), words.toString());
    }
  }

  @Test
  void anOptionMayBeAListItself() {
    assertEquals(
        Map.of("certify.donors", "n1,n2", "checkpoint.ms", "200"),
        GroupOperations.options(List.of("certify.donors=n1", "n2", "checkpoint.ms=200")));
    assertThrows(OperationException.class, () -> GroupOperations.options(List.of("n2", "a=1")));
  }
}
