package org.quorate.simulator.linear;

import java.util.ArrayList;
import java.util.BitSet;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeMap;
import org.quorate.simulator.linear.Operation.Action;

/**
 * Searches for an order of the operations that respects their times and that a single register would
 * have answered alike (Wing and Gong 1993, with the memory of Lowe 2017), key by key.
 *
 * <p>An operation without an answer may stand anywhere after its call, or nowhere. The search is
 * bounded: when the budget is used up the verdict is {@link Verdict#UNDECIDED}, which is no pass.
 */
public final class LinearizabilityChecker {
  /** What came out. */
  public enum Verdict {
    LINEARIZABLE,
    NOT_LINEARIZABLE,
    UNDECIDED
  }

  /**
   * Verdict on a history.
   *
   * @param key the first key that is not linearizable or undecided; null when all are
   * @param explanation the operations at which every order got stuck; empty when all are
   */
  public record Result(Verdict verdict, String key, String explanation) {}

  private final long budget;

  /**
   * A checker.
   *
   * @param budget steps of the search per key after which it gives up
   */
  public LinearizabilityChecker(long budget) {
    this.budget = budget;
  }

  /** Checks each key of the history. */
  public Result check(List<Operation> history) {
    Map<String, List<Operation>> byKey = new TreeMap<>();
    for (Operation o : history) {
      byKey.computeIfAbsent(o.key(), k -> new ArrayList<>()).add(o);
    }
    for (Map.Entry<String, List<Operation>> e : byKey.entrySet()) {
      Result result = checkKey(e.getKey(), e.getValue());
      if (result.verdict() != Verdict.LINEARIZABLE) {
        return result;
      }
    }
    return new Result(Verdict.LINEARIZABLE, null, "");
  }

  private Result checkKey(String key, List<Operation> operations) {
    // An order that leaves out what nobody can have seen is an order too, and found much faster.
    List<Operation> likely = operations.stream().filter(o -> needed(o, operations)).toList();
    if (likely.size() < operations.size() && new Search(likely, budget / 4).run()) {
      return new Result(Verdict.LINEARIZABLE, null, "");
    }
    Search search = new Search(operations, budget);
    if (search.run()) {
      return new Result(Verdict.LINEARIZABLE, null, "");
    }
    return new Result(
        search.exhausted ? Verdict.UNDECIDED : Verdict.NOT_LINEARIZABLE, key, search.stuckAt());
  }

  private static boolean needed(Operation o, List<Operation> all) {
    if (o.returned()) {
      return true;
    }
    String value =
        o.action() instanceof Action.Put put
            ? put.value()
            : o.action() instanceof Action.CompareAndSet cas ? cas.value() : null;
    if (o.action() instanceof Action.Add add && Long.bitCount(add.delta()) == 1) {
      return all.stream().anyMatch(other -> holds(other, add.delta()));
    }
    if (value == null) {
      return !(o.action() instanceof Action.Get);
    }
    for (Operation other : all) {
      if (Objects.equals(value, other.answer())
          || other.action() instanceof Action.CompareAndSet cas && value.equals(cas.expected())) {
        return true;
      }
    }
    return false;
  }

  private static boolean holds(Operation counter, long bit) {
    boolean number =
        counter.action() instanceof Action.Add || counter.action() instanceof Action.Get;
    return number
        && counter.answer() != null
        && counter.answer().matches("-?\\d{1,18}")
        && (Long.parseLong(counter.answer()) & bit) != 0;
  }

  /** One depth-first search over the operations of one key. */
  private static final class Search {
    private record Seen(BitSet taken, String state) {}

    private final Operation[] operations;
    private final Set<Seen> seen = new HashSet<>();
    private final BitSet taken = new BitSet();
    private final int answered;
    private final boolean bits;
    private long budget;
    private boolean exhausted;
    private int deepest = -1;
    private BitSet deepestTaken = new BitSet();
    private String deepestState;

    Search(List<Operation> given, long budget) {
      operations =
          given.stream()
              .sorted(Comparator.comparingLong(Operation::calledAt))
              .toArray(Operation[]::new);
      answered = (int) given.stream().filter(Operation::returned).count();
      bits = distinctPowersOfTwo(given);
      this.budget = budget;
    }

    /** Whether the object is a counter in which every increment leaves its own bit. */
    private static boolean distinctPowersOfTwo(List<Operation> given) {
      long seen = 0;
      for (Operation o : given) {
        if (o.action() instanceof Action.Add add) {
          boolean fits = Long.bitCount(add.delta()) == 1 && (seen & add.delta()) == 0;
          if (!fits) {
            return false;
          }
          seen |= add.delta();
        } else if (!(o.action() instanceof Action.Get)) {
          return false;
        }
      }
      return true;
    }

    private record Frame(int operation, String before, boolean counted) {}

    boolean run() {
      List<Frame> stack = new ArrayList<>();
      String state = null;
      int done = 0;
      int from = 0;
      while (true) {
        if (done == answered) {
          return true;
        }
        if (--budget < 0) {
          exhausted = true;
          return false;
        }
        note(done, state);
        int next = candidate(from, state);
        if (next >= 0) {
          boolean counts = operations[next].returned();
          stack.add(new Frame(next, state, counts));
          state = Register.apply(state, operations[next]);
          taken.set(next);
          done += counts ? 1 : 0;
          from = 0;
        } else if (stack.isEmpty()) {
          return false;
        } else {
          Frame back = stack.remove(stack.size() - 1);
          taken.clear(back.operation());
          state = back.before();
          done -= back.counted() ? 1 : 0;
          from = back.operation() + 1;
        }
      }
    }

    /** The next operation that may come now and leads to a state not tried yet; -1 for none. */
    private int candidate(int from, String state) {
      long earliestReturn = Long.MAX_VALUE;
      for (int i = taken.nextClearBit(0); i < operations.length; i = taken.nextClearBit(i + 1)) {
        if (operations[i].calledAt() > earliestReturn) {
          break;
        }
        earliestReturn = Math.min(earliestReturn, operations[i].returnedAt());
      }
      for (int i = taken.nextClearBit(from); i < operations.length; i = taken.nextClearBit(i + 1)) {
        if (operations[i].calledAt() > earliestReturn) {
          return -1;
        }
        String after = Register.apply(state, operations[i]);
        if (after == Register.IMPOSSIBLE || bits && contradicted(after, i)) {
          continue;
        }
        BitSet with = (BitSet) taken.clone();
        with.set(i);
        if (seen.add(new Seen(with, after))) {
          return i;
        }
      }
      return -1;
    }

    /** Whether an answer still to come lacks what a sum of distinct powers of two has in it. */
    private boolean contradicted(String sum, int chosen) {
      long in = sum == null ? 0 : Long.parseLong(sum);
      for (int i = taken.nextClearBit(0); i < operations.length; i = taken.nextClearBit(i + 1)) {
        Operation o = operations[i];
        if (i != chosen && o.returned()) {
          long answer = o.answer() == null ? 0 : Long.parseLong(o.answer());
          if ((in & ~answer) != 0) {
            return true;
          }
        }
      }
      return false;
    }

    private void note(int done, String state) {
      if (done > deepest) {
        deepest = done;
        deepestTaken = (BitSet) taken.clone();
        deepestState = state;
      }
    }

    String stuckAt() {
      StringBuilder text =
          new StringBuilder(
              deepest + " of " + answered + " placed, the value then " + deepestState + "; left: ");
      int shown = 0;
      for (int i = deepestTaken.nextClearBit(0);
          i < operations.length && shown < 8;
          i = deepestTaken.nextClearBit(i + 1)) {
        text.append(shown++ == 0 ? "" : "; ").append(operations[i]);
      }
      return text.toString();
    }
  }
}
