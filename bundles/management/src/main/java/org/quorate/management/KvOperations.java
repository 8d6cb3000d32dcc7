package org.quorate.management;

import java.util.List;
import java.util.concurrent.CompletionStage;
import org.quorate.api.Bytes;
import org.quorate.api.KeyRange;
import org.quorate.api.Proposal;
import org.quorate.api.ReadLevel;
import org.quorate.api.kv.KvCommand;
import org.quorate.api.kv.KvQuery;
import org.quorate.api.kv.KvResult;

/**
 * Key-value operations for people, on any node: what it cannot answer itself is sent on to the node
 * that can. They have no session: a write whose fate is unknown is reported as INDETERMINATE and not
 * repeated. Programs use the client.
 */
final class KvOperations {
  private static final Argument GROUP = Argument.text("group", "default", "the group");
  private static final Argument KEY = Argument.required("key", "the key");
  private static final Argument ENCODING =
      Argument.text("encoding", "utf8", "how keys and values are written")
          .oneOf("utf8", "base64", "hex");
  private static final Argument LEVEL =
      Argument.text("level", "linearizable", "how fresh the answer must be")
          .oneOf("linearizable", "local");

  /** Entries of one answer; more are read page by page. */
  private static final int MAX_SCAN = 10_000;

  private KvOperations() {}

  static List<Operation> all() {
    return List.of(
        get(),
        put(),
        delete(),
        add(),
        cas(),
        scan(),
        txn(),
        KvWatch.operation(GROUP, ENCODING),
        stats());
  }

  private static Operation get() {
    return new Operation(
        "kv.get",
        "Reads a key",
        Access.READ,
        List.of(KEY, GROUP, revision(), LEVEL, ENCODING),
        KvView.class,
        false,
        "colour",
        (node, a) -> read(node, a, new KvQuery.Get(bytes(a, "key"), a.number("revision"))));
  }

  private static Argument revision() {
    return Argument.number("revision", 0L, "read as of this revision; 0 for the latest");
  }

  private static Operation put() {
    return new Operation(
        "kv.put",
        "Sets a value",
        Access.WRITE,
        List.of(
            KEY,
            Argument.required("value", "the value"),
            GROUP,
            Argument.number("lease", 0L, "lease whose end deletes the key; 0 for none"),
            Argument.flag("previous", "also answer what was there before"),
            ENCODING),
        KvView.class,
        false,
        "colour green",
        (node, a) ->
            write(
                node,
                a,
                new KvCommand.Put(
                    bytes(a, "key"), bytes(a, "value"), a.number("lease"), a.flag("previous"))));
  }

  private static Operation delete() {
    return new Operation(
        "kv.delete",
        "Deletes a key, or every key that begins so with --prefix",
        Access.WRITE,
        List.of(
            KEY,
            GROUP,
            Argument.flag("prefix", "delete every key that begins with the key"),
            Argument.flag("previous", "also answer what was there before"),
            ENCODING),
        KvView.class,
        false,
        "colour",
        (node, a) -> {
          Bytes key = bytes(a, "key");
          KeyRange keys = a.flag("prefix") ? KeyRange.prefix(key) : KeyRange.single(key);
          return write(node, a, new KvCommand.Delete(keys, a.flag("previous")));
        });
  }

  private static Operation add() {
    return new Operation(
        "kv.add",
        "Adds to a decimal number; an absent key counts as 0",
        Access.WRITE,
        List.of(
            KEY,
            GROUP,
            Argument.number("delta", 1L, "what is added"),
            Argument.number("min", Long.MIN_VALUE, "refused if the sum would be less"),
            ENCODING),
        KvView.class,
        false,
        "stock --delta -5 --min 0",
        (node, a) ->
            write(node, a, new KvCommand.Add(bytes(a, "key"), a.number("delta"), a.number("min"))));
  }

  private static Operation cas() {
    return new Operation(
        "kv.cas",
        "Sets a value if the key has the expected one, or is absent if none is expected",
        Access.WRITE,
        List.of(
            KEY,
            Argument.required("value", "the value"),
            GROUP,
            Argument.text("expected", null, "what must be there; without it, nothing must be"),
            ENCODING),
        KvView.class,
        false,
        "colour blue --expected green",
        (node, a) -> {
          TextBytes encoding = TextBytes.named(a.text("encoding"));
          Bytes expected = a.maybe("expected").map(encoding::read).orElse(null);
          return write(
              node, a, new KvCommand.CompareAndSet(bytes(a, "key"), expected, bytes(a, "value")));
        });
  }

  private static Operation scan() {
    return new Operation(
        "kv.scan",
        "Lists keys in order",
        Access.READ,
        List.of(
            GROUP,
            Argument.text("prefix", "", "only keys that begin so"),
            Argument.text("from", null, "first key, instead of a prefix"),
            Argument.text("to", null, "key to stop before"),
            Argument.number("limit", 100L, "entries at most, up to " + MAX_SCAN),
            Argument.flag("reverse", "from the last key to the first"),
            Argument.flag("keysOnly", "leave the values out"),
            Argument.flag("countOnly", "only count"),
            revision(),
            LEVEL,
            ENCODING),
        KvView.class,
        false,
        "--prefix user/ --limit 20",
        (node, a) -> read(node, a, range(a)));
  }

  private static KvQuery range(Arguments a) {
    long limit = a.number("limit");
    if (limit < 1 || limit > MAX_SCAN) {
      throw new OperationException(
          FailureCode.BAD_REQUEST,
          "limit " + limit + " is not within 1.." + MAX_SCAN,
          "read page by page: --from the last key");
    }
    TextBytes encoding = TextBytes.named(a.text("encoding"));
    KeyRange keys = KeyRange.prefix(encoding.read(a.text("prefix")));
    if (a.maybe("from").isPresent() || a.maybe("to").isPresent()) {
      keys =
          new KeyRange(
              encoding.read(a.maybe("from").orElse("")),
              a.maybe("to").map(encoding::read).orElse(null));
    }
    return new KvQuery.Range(
        keys,
        (int) limit,
        a.number("revision"),
        a.flag("reverse"),
        a.flag("keysOnly"),
        a.flag("countOnly"));
  }

  private static Operation txn() {
    return new Operation(
        "kv.txn",
        "Runs commands if all comparisons hold, others if not; all of them or none",
        Access.WRITE,
        List.of(
            Argument.text("when", "", "comparisons, ';' between: KEY = VALUE; KEY absent"),
            Argument.required(
                "then", "commands, ';' between: put KEY VALUE; delete KEY; add KEY 1"),
            Argument.text("otherwise", "", "commands if a comparison fails"),
            GROUP),
        KvView.class,
        false,
        "'put lock me' --when 'lock absent'",
        (node, a) ->
            write(node, a, TxnScript.parse(a.text("when"), a.text("then"), a.text("otherwise"))));
  }

  private static Operation stats() {
    return new Operation(
        "kv.stats",
        "Counts the keys of this replica and shows the hash of its content",
        Access.READ,
        List.of(GROUP, LEVEL),
        KvStatsView.class,
        false,
        "--level local",
        (node, a) ->
            query(node, a, new KvQuery.Stats()).thenApply(r -> KvStatsView.of(succeeded(r))));
  }

  private static KvResult.StatsDone succeeded(KvResult result) {
    if (result instanceof KvResult.StatsDone stats) {
      return stats;
    }
    KvView.of(result);
    throw new IllegalStateException("answer to stats: " + result.getClass().getSimpleName());
  }

  private static Bytes bytes(Arguments a, String name) {
    return TextBytes.named(a.text("encoding")).read(a.text(name));
  }

  private static CompletionStage<?> write(ManagedNode node, Arguments a, KvCommand command) {
    return node.control()
        .propose(ManagedNode.groupId(a.text("group")), Proposal.bare(command.encode()))
        .thenApply(outcome -> KvView.of(KvResult.decode(Outcomes.committed(outcome))));
  }

  private static CompletionStage<?> read(ManagedNode node, Arguments a, KvQuery query) {
    return query(node, a, query).thenApply(KvView::of);
  }

  private static CompletionStage<KvResult> query(ManagedNode node, Arguments a, KvQuery query) {
    ReadLevel level = a.text("level").equals("local") ? ReadLevel.LOCAL : ReadLevel.LINEARIZABLE;
    return node.control()
        .read(ManagedNode.groupId(a.text("group")), query.encode(), level)
        .thenApply(outcome -> KvResult.decode(Outcomes.answered(outcome)));
  }
}
