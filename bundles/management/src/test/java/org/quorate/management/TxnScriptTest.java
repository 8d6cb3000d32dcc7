package org.quorate.management;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.quorate.api.Bytes;
import org.quorate.api.kv.Compare;
import org.quorate.api.kv.KvCommand;
import org.quorate.api.kv.KvQuery;

class TxnScriptTest {
  private static final Bytes A = Bytes.utf8("a");

  @Test
  void comparisonsAndCommandsAreRead() {
    KvCommand.Txn txn =
        TxnScript.parse(
            "a = 1; a absent; a present; a version > 3; a mod != 7; 'a' < \"x; y\"",
            "put a 'b c'; delete a; add a -4; append a z",
            "get a;");
    assertEquals(
        List.of(
            Compare.value(A, Compare.Op.EQUAL, Bytes.utf8("1")),
            Compare.absent(A),
            Compare.present(A),
            Compare.number(A, Compare.Target.VERSION, Compare.Op.GREATER, 3),
            Compare.number(A, Compare.Target.MOD, Compare.Op.NOT_EQUAL, 7),
            Compare.value(A, Compare.Op.LESS, Bytes.utf8("x; y"))),
        txn.compares());
    assertEquals(
        List.of(
            KvCommand.put(A, Bytes.utf8("b c")),
            KvCommand.delete(A),
            new KvCommand.Add(A, -4),
            new KvCommand.Append(A, Bytes.utf8("z"))),
        txn.then());
    assertEquals(List.of(new KvCommand.Read(KvQuery.get(A))), txn.otherwise());
  }

  @Test
  void anEmptyValueCanBeWritten() {
    assertEquals(
        List.of(KvCommand.put(A, Bytes.EMPTY)), TxnScript.parse("", "put a ''", "").then());
  }

  @Test
  void nonsenseIsRefusedWithTheStepAtFault() {
    refused("", "put a", "in 'put a'");
    refused("", "drop a", "unknown command 'drop'");
    refused("", "add a b", "'b' is no whole number");
    refused("a ~ b", "get a", "'~' is none of");
    refused("a age > 3", "get a", "'age' is no version, create or mod");
    refused("", "put a 'b", "a quote is not closed");
  }

  private static void refused(String when, String then, String part) {
    OperationException e =
        assertThrows(OperationException.class, () -> TxnScript.parse(when, then, ""));
    assertTrue(e.getMessage().contains(part), e.getMessage());
  }
}
