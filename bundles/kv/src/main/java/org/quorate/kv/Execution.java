package org.quorate.kv;

import java.util.ArrayList;
import java.util.List;
import java.util.function.BiPredicate;
import org.quorate.api.Bytes;
import org.quorate.api.KeyRange;
import org.quorate.api.kv.Compare;
import org.quorate.api.kv.KvCommand;
import org.quorate.api.kv.KvEntry;
import org.quorate.api.kv.KvError;
import org.quorate.api.kv.KvLimits;
import org.quorate.api.kv.KvQuery;
import org.quorate.api.kv.KvResult;
import org.quorate.spi.state.ApplyContext;

/** Runs one command, with all that is nested in it, on a draft. */
final class Execution {
  /** Of a numbered key, at least. */
  private static final int DIGITS = 10;

  private final ApplyContext context;
  private final KvLimits limits;
  private final Draft draft;
  private final long revision;
  private int walked;
  private int answers;
  private long answerBytes;

  Execution(ApplyContext context, KvLimits limits, Draft draft) {
    this.context = context;
    this.limits = limits;
    this.draft = draft;
    this.revision = context.version();
  }

  /**
   * Runs a command that is within the limits.
   *
   * @throws Refusal if it cannot be executed; the draft is then void
   */
  KvResult run(KvCommand command) {
    if (command instanceof KvCommand.Put put) {
      return put(put);
    } else if (command instanceof KvCommand.Delete delete) {
      return delete(delete);
    } else if (command instanceof KvCommand.Add add) {
      return add(add);
    } else if (command instanceof KvCommand.PutNext put) {
      return putNext(put);
    } else if (command instanceof KvCommand.Append append) {
      return append(append);
    } else if (command instanceof KvCommand.CompareAndSet swap) {
      return swap(swap);
    } else if (command instanceof KvCommand.Read read) {
      return read(read.query());
    } else if (command instanceof KvCommand.Txn txn) {
      return txn(txn);
    }
    throw new IllegalArgumentException("not a command of the data: " + command);
  }

  private KvResult put(KvCommand.Put put) {
    Version old = draft.put(put.key(), put.value(), lease(put.key(), put.lease()));
    boolean tell = put.returnPrevious() && old != null;
    return new KvResult.PutDone(revision, tell ? answer(old.entry(put.key())) : null);
  }

  /** The lease that a key is to have. */
  private long lease(Bytes key, long asked) {
    if (asked == KvCommand.KEEP_LEASE) {
      Version old = draft.get(key);
      return old == null ? 0 : old.lease();
    }
    long lease = Math.abs(asked);
    if (lease != 0 && !context.alive(lease)) {
      throw new Refusal(KvError.UNKNOWN_LEASE, "no lease " + lease + ": it has ended or never was");
    }
    return asked;
  }

  private KvResult putNext(KvCommand.PutNext put) {
    Version counter = draft.get(put.counter());
    long number = counter == null ? 0 : number(counter.value());
    if (number < 0 || number == Long.MAX_VALUE) {
      throw new Refusal(KvError.OVERFLOW, "the counter is " + number);
    }
    Bytes next = Bytes.utf8(Long.toString(number + 1));
    draft.put(put.counter(), next, counter == null ? 0 : counter.lease());
    String digits = Long.toString(number);
    Bytes key =
        put.prefix().concat(Bytes.utf8("0".repeat(Math.max(0, DIGITS - digits.length())) + digits));
    draft.put(key, put.value(), lease(key, put.lease()));
    return new KvResult.Numbered(revision, key);
  }

  private KvResult delete(KvCommand.Delete delete) {
    List<Bytes> keys = new ArrayList<>();
    if (delete.keys().isSingle()) {
      keys.add(delete.keys().from());
    } else {
      walk(delete.keys(), false, (key, version) -> keys.add(key));
    }
    long count = 0;
    List<KvEntry> previous = new ArrayList<>();
    for (Bytes key : keys) {
      Version old = draft.delete(key);
      if (old != null) {
        count++;
        if (delete.returnPrevious()) {
          previous.add(answer(old.entry(key)));
        }
      }
    }
    return new KvResult.Deleted(revision, count, previous);
  }

  private void walk(KeyRange keys, boolean reverse, BiPredicate<Bytes, Version> visitor) {
    draft.walk(
        keys,
        reverse,
        (key, version) -> {
          if (++walked > limits.walkedKeys()) {
            throw new Refusal(
                KvError.TOO_LARGE,
                "ranges of more than " + limits.walkedKeys() + " keys in one command");
          }
          return visitor.test(key, version);
        });
  }

  private KvResult add(KvCommand.Add add) {
    Version old = draft.get(add.key());
    long sum;
    try {
      sum = Math.addExact(old == null ? 0 : number(old.value()), add.delta());
    } catch (ArithmeticException e) {
      throw new Refusal(KvError.OVERFLOW, "the sum does not fit into 64 bits");
    }
    if (sum < add.min()) {
      throw new Refusal(
          KvError.OUT_OF_BOUNDS, "the sum would be " + sum + ", the least is " + add.min());
    }
    draft.put(add.key(), Bytes.utf8(Long.toString(sum)), old == null ? 0 : old.lease());
    return new KvResult.Added(revision, sum);
  }

  /** ASCII digits alone: what else a JDK takes for a digit changes with its version of Unicode. */
  private static long number(Bytes value) {
    boolean decimal = !value.isEmpty() && value.length() <= 20;
    for (int i = 0; i < value.length() && decimal; i++) {
      decimal = value.at(i) >= '0' && value.at(i) <= '9' || i == 0 && value.at(i) == '-';
    }
    try {
      if (decimal) {
        return Long.parseLong(value.utf8());
      }
    } catch (NumberFormatException expected) {
      // A lone sign, or more than 64 bits: refused as any other text.
    }
    throw new Refusal(
        KvError.NOT_A_NUMBER, "the value " + value + " is not a decimal number of 64 bits");
  }

  private KvResult swap(KvCommand.CompareAndSet swap) {
    Version old = draft.get(swap.key());
    boolean holds = old == null ? swap.expected() == null : old.value().equals(swap.expected());
    if (!holds) {
      KvEntry current = old == null ? null : answer(old.entry(swap.key()));
      return new KvResult.Swapped(revision, false, current);
    }
    draft.put(swap.key(), swap.value(), old == null ? 0 : old.lease());
    return new KvResult.Swapped(revision, true, null);
  }

  private KvResult append(KvCommand.Append append) {
    Version old = draft.get(append.key());
    Bytes value = append.value();
    if (old != null) {
      Refusal.unlessFits(limits.value((long) old.value().length() + value.length()));
      value = old.value().concat(value);
    }
    draft.put(append.key(), value, old == null ? 0 : old.lease());
    return new KvResult.Appended(revision, value.length());
  }

  private KvResult read(KvQuery query) {
    if (query instanceof KvQuery.Get get) {
      Version found = draft.get(get.key());
      return new KvResult.GetDone(revision, found == null ? null : answer(found.entry(get.key())));
    } else if (query instanceof KvQuery.Range range) {
      Page page = new Page(range, limits);
      walk(range.keys(), range.reverse(), page::add);
      KvResult.RangeDone done = page.done(revision);
      done.entries().forEach(this::answer);
      return done;
    }
    throw new IllegalArgumentException("not a read of a command: " + query);
  }

  private KvResult txn(KvCommand.Txn txn) {
    boolean succeeded = true;
    for (Compare compare : txn.compares()) {
      succeeded = succeeded && holds(compare);
    }
    List<KvCommand> commands = succeeded ? txn.then() : txn.otherwise();
    List<KvResult> results = new ArrayList<>(commands.size());
    for (int i = 0; i < commands.size(); i++) {
      try {
        results.add(run(commands.get(i)));
      } catch (Refusal e) {
        throw new Refusal(
            e.error(), (succeeded ? "then " : "else ") + (i + 1) + ": " + e.getMessage());
      }
    }
    return new KvResult.TxnDone(revision, succeeded, results);
  }

  private boolean holds(Compare compare) {
    KeyRange keys = compare.keys();
    if (keys.isSingle()) {
      Version found = draft.get(keys.from());
      return found == null ? compare.holdsAbsent() : compare.holds(found.entry(keys.from()));
    }
    boolean[] state = {true, false};
    walk(
        keys,
        false,
        (key, version) -> {
          state[0] = compare.holds(version.entry(key));
          state[1] = true;
          return state[0];
        });
    return state[1] ? state[0] : compare.holdsAbsent();
  }

  /** Counts what the answer tells; a single entry always fits. */
  private KvEntry answer(KvEntry entry) {
    answerBytes += entry.key().length() + entry.value().length();
    if (++answers > 1 && answerBytes > limits.answerBytes()) {
      throw new Refusal(
          KvError.TOO_LARGE, "an answer of more than " + limits.answerBytes() + " bytes");
    }
    return entry;
  }
}
