package org.quorate.simulator.client;

import java.util.List;
import org.quorate.api.Bytes;
import org.quorate.api.kv.Compare;
import org.quorate.api.kv.KvCommand;
import org.quorate.api.kv.KvResult;
import org.quorate.simulator.linear.Operation.Action;

/**
 * Writes actions as commands and reads answers. Every command carries a mark of its own, so that no
 * two of a simulation are equal.
 */
final class Commands {
  private static final Bytes NOWHERE = Bytes.utf8("nowhere");

  private Commands() {}

  static Bytes encode(String key, Action action, String mark) {
    Bytes k = Bytes.utf8(key);
    if (action instanceof Action.Put put) {
      return KvCommand.put(k, Bytes.utf8(put.value())).encode();
    }
    if (action instanceof Action.CompareAndSet cas) {
      Compare compare =
          cas.expected() == null
              ? Compare.absent(k)
              : Compare.value(k, Compare.Op.EQUAL, Bytes.utf8(cas.expected()));
      KvCommand put = KvCommand.put(k, Bytes.utf8(cas.value()));
      return new KvCommand.Txn(List.of(compare), List.of(put), List.of()).encode();
    }
    KvCommand inner =
        action instanceof Action.Add add ? new KvCommand.Add(k, add.delta()) : KvCommand.delete(k);
    KvCommand never = KvCommand.put(NOWHERE, Bytes.utf8(mark));
    return new KvCommand.Txn(List.of(), List.of(inner), List.of(never)).encode();
  }

  /** The answer as the history has it; throws IllegalStateException when it fits no such action. */
  static String answer(Action action, Bytes encoded) {
    KvResult result = KvResult.decode(encoded);
    if (action instanceof Action.Get && result instanceof KvResult.GetDone get) {
      return get.entry() == null ? null : get.entry().value().utf8();
    }
    if (action instanceof Action.Put && result instanceof KvResult.PutDone) {
      return "";
    }
    if (result instanceof KvResult.TxnDone txn) {
      if (action instanceof Action.CompareAndSet) {
        return Boolean.toString(txn.succeeded());
      }
      KvResult inner = txn.results().isEmpty() ? null : txn.results().get(0);
      if (action instanceof Action.Add && inner instanceof KvResult.Added added) {
        return Long.toString(added.newValue());
      }
      if (action instanceof Action.Delete && inner instanceof KvResult.Deleted deleted) {
        return Boolean.toString(deleted.count() > 0);
      }
    }
    throw new IllegalStateException(action + " was answered " + result);
  }
}
