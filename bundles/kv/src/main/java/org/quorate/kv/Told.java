package org.quorate.kv;

import java.util.ArrayList;
import java.util.List;
import java.util.function.BiConsumer;
import org.quorate.api.Bytes;
import org.quorate.api.kv.KvCommand;
import org.quorate.api.wire.MalformedException;
import org.quorate.spi.state.KeyOperation;
import org.quorate.spi.state.StateView;
import org.quorate.spi.storage.StateCursor;

/** Commands and changes as exports tell them. */
final class Told {
  private Told() {}

  /** What a command asks for; both branches of a transaction, since only the state decides. */
  static List<KeyOperation> operations(Bytes command) {
    List<KeyOperation> all = new ArrayList<>();
    try {
      add(KvCommand.decode(command), "", all);
    } catch (MalformedException e) {
      return List.of();
    }
    return all;
  }

  private static void add(KvCommand command, String branch, List<KeyOperation> all) {
    if (command instanceof KvCommand.Put c) {
      all.add(new KeyOperation(branch + "put", c.key(), c.value()));
    } else if (command instanceof KvCommand.Delete c) {
      boolean single = c.keys().isSingle();
      String name = branch + (single ? "delete" : "delete-range");
      all.add(new KeyOperation(name, c.keys().from(), single ? null : c.keys().to()));
    } else if (command instanceof KvCommand.Add c) {
      Bytes delta = Bytes.utf8(Long.toString(c.delta()));
      all.add(new KeyOperation(branch + "add", c.key(), delta));
    } else if (command instanceof KvCommand.CompareAndSet c) {
      all.add(new KeyOperation(branch + "compare-and-set", c.key(), c.value()));
    } else if (command instanceof KvCommand.PutNext c) {
      all.add(new KeyOperation(branch + "put-next", c.prefix(), c.value()));
    } else if (command instanceof KvCommand.Append c) {
      all.add(new KeyOperation(branch + "append", c.key(), c.value()));
    } else if (command instanceof KvCommand.Txn c) {
      c.then().forEach(each -> add(each, branch + "then:", all));
      c.otherwise().forEach(each -> add(each, branch + "else:", all));
    }
  }

  /** What each revision after one has made of its keys; false if they are compacted in part. */
  static boolean changes(StateView view, long after, BiConsumer<Long, KeyOperation> to) {
    if (Meta.load(view).compacted > after) {
      return false;
    }
    Bytes end = Layout.change(view.version() + 1, 0);
    try (StateCursor cursor = view.scan(Layout.change(after + 1, 0), end)) {
      while (cursor.next()) {
        long revision = Layout.revisionOfChange(cursor.key());
        Change change = Change.decode(cursor.value());
        Version made = change.deletion() ? null : Version.at(view, change.key(), revision);
        to.accept(
            revision,
            made == null
                ? new KeyOperation("delete", change.key(), null)
                : new KeyOperation("put", change.key(), made.value()));
      }
    }
    return true;
  }
}
