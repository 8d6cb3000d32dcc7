package org.quorate.failover;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.UnaryOperator;
import org.quorate.api.Bytes;
import org.quorate.spi.coordination.Condition;
import org.quorate.spi.coordination.CoordinationException;
import org.quorate.spi.coordination.Coordinator;
import org.quorate.spi.coordination.KeyEntry;
import org.quorate.spi.coordination.Op;
import org.quorate.spi.coordination.Transaction;
import org.quorate.spi.failover.FailoverException;
import org.quorate.spi.failover.FailoverException.Code;
import org.quorate.spi.failover.FailoverLimits;
import org.quorate.spi.failover.FailoverRecord;
import org.quorate.spi.failover.FailoverRecord.Owner;
import org.quorate.spi.failover.FailoverWork;
import org.quorate.spi.failover.ShardState;

/**
 * A record in this node's hands. One step at a time: a transaction under the conditions that the record
 * is as last known and the node's key still its own. If it did not hold, the record is read again, and
 * either the work is another's or the step, a function of the record, is made again.
 */
final class Work implements FailoverWork {
  private static final class Step {
    final UnaryOperator<FailoverRecord> how;
    final List<Op> also;
    final String lock;
    final boolean ends;
    final boolean deletes;
    final CompletableFuture<Void> done = new CompletableFuture<>();
    boolean unsure;

    Step(
        UnaryOperator<FailoverRecord> how,
        List<Op> also,
        String lock,
        boolean ends,
        boolean deletes) {
      this.how = how;
      this.also = also;
      this.lock = lock;
      this.ends = ends;
      this.deletes = deletes;
    }
  }

  private final Coordinator coordinator;
  private final Layout layout;
  private final Loop loop;
  private final Registration registration;
  private final long retryMs;
  private final Owner who;
  private final long token;
  private final ArrayDeque<Step> steps = new ArrayDeque<>();
  private final CompletableFuture<String> fenced = new CompletableFuture<>();
  private volatile View.Versioned at;
  private boolean busy;

  Work(
      Coordinator coordinator,
      Layout layout,
      Loop loop,
      Registration registration,
      long retryMs,
      Owner who,
      View.Versioned at) {
    this.coordinator = coordinator;
    this.layout = layout;
    this.loop = loop;
    this.registration = registration;
    this.retryMs = retryMs;
    this.who = who;
    this.at = at;
    this.token = at.record().takeover().number();
  }

  @Override
  public long id() {
    return at.record().id();
  }

  @Override
  public long token() {
    return token;
  }

  @Override
  public FailoverRecord record() {
    return at.record();
  }

  @Override
  public CompletionStage<Bytes> content() {
    CompletableFuture<Bytes> content = new CompletableFuture<>();
    return loop.complete(
        content,
        Code.CLOSED,
        () ->
            loop.then(
                coordinator.get(layout.content(id())),
                (entry, e) -> {
                  if (e != null) {
                    content.completeExceptionally(e);
                  } else {
                    content.complete(entry == null ? Bytes.EMPTY : entry.value());
                  }
                }));
  }

  @Override
  public CompletionStage<Void> addLock(String lock) {
    String key;
    try {
      FailoverLimits.name("the lock", lock);
      key = layout.lock(lock);
    } catch (FailoverException | CoordinationException e) {
      return CompletableFuture.failedStage(Errors.of(e));
    }
    Op take = new Op.Put(key, Layout.id(id()));
    return submit(new Step(r -> Rules.lock(r, lock), List.of(take), lock, false, false));
  }

  @Override
  public CompletionStage<Void> setContent(Bytes content) {
    if (content == null || content.length() > FailoverLimits.CONTENT_BYTES) {
      return CompletableFuture.failedStage(
          content == null
              ? new FailoverException(Code.INVALID, "the content is null")
              : new FailoverException(
                  Code.TOO_LARGE,
                  "a content of "
                      + content.length()
                      + " bytes; the limit is "
                      + FailoverLimits.CONTENT_BYTES));
    }
    Op put = new Op.Put(layout.content(id()), content);
    return submit(new Step(Rules::content, List.of(put), null, false, false));
  }

  @Override
  public CompletionStage<Void> setStatus(String shard, ShardState how) {
    return change(r -> Rules.status(r, shard, how));
  }

  @Override
  public CompletionStage<Void> setRebalance(FailoverRecord.Rebalance information) {
    return change(r -> Rules.rebalance(r, information));
  }

  @Override
  public CompletionStage<Void> setSlice(FailoverRecord.Slice slice) {
    return change(r -> Rules.slice(r, slice));
  }

  @Override
  public CompletionStage<Void> complete() {
    return submit(new Step(r -> r, List.of(), null, true, true));
  }

  @Override
  public CompletionStage<Void> abandon(String why) {
    return submit(new Step(r -> Rules.abandon(r, why), List.of(), null, true, false));
  }

  /** The takeover begins. */
  CompletionStage<Void> acknowledge() {
    return change(Rules::acknowledge);
  }

  /** The takeover is given back. */
  CompletionStage<Void> fail(String why) {
    return submit(new Step(r -> Rules.failed(r, why), List.of(), null, true, false));
  }

  @Override
  public CompletionStage<String> fenced() {
    return fenced.minimalCompletionStage();
  }

  /** On the loop: the work is not this node's any more. */
  void fence(String why) {
    fenced.complete(why);
    if (!busy) {
      next();
    }
  }

  /** On the loop: there is no such record any more. Who is ending it itself finds out what that means. */
  void gone() {
    Step step = steps.peek();
    if (step == null || !step.deletes) {
      fence("it was finished or deleted by others");
    }
  }

  /** The revision of the record as this node knows it. */
  long revision() {
    return at.revision();
  }

  boolean over() {
    return fenced.isDone();
  }

  private CompletionStage<Void> change(UnaryOperator<FailoverRecord> how) {
    return submit(new Step(how, List.of(), null, false, false));
  }

  private CompletionStage<Void> submit(Step step) {
    return loop.complete(
        step.done,
        Code.FENCED,
        () -> {
          steps.add(step);
          if (!busy) {
            next();
          }
        });
  }

  private void next() {
    Step step = steps.peek();
    busy = step != null;
    if (busy) {
      run(step);
    }
  }

  private void ended(Step step, FailoverException e) {
    steps.remove(step);
    if (e == null && step.ends) {
      fenced.complete(step.deletes ? "it is completed" : "it was given back");
    }
    if (e == null) {
      step.done.complete(null);
    } else {
      step.done.completeExceptionally(e);
    }
    next();
  }

  private void run(Step step) {
    if (!fenced.isDone() && !registration.lives(who)) {
      fenced.complete("the lease of '" + who.node() + "' is over");
    }
    if (fenced.isDone()) {
      ended(step, new FailoverException(Code.FENCED, "record " + id() + ": " + fenced.join()));
      return;
    }
    FailoverRecord next;
    Transaction transaction;
    try {
      next = step.how.apply(at.record());
      transaction = transaction(step, next);
    } catch (RuntimeException e) {
      ended(step, Errors.of(e));
      return;
    }
    loop.then(
        coordinator.transact(transaction),
        (done, e) -> {
          if (e != null && Errors.passing(e)) {
            step.unsure |= e.code() == Code.INDETERMINATE;
            loop.after(retryMs, () -> look(step, next));
          } else if (e != null) {
            ended(step, e);
          } else if (done.succeeded()) {
            at = new View.Versioned(next, at.request(), done.revision());
            ended(step, null);
          } else {
            look(step, next);
          }
        });
  }

  private Transaction transaction(Step step, FailoverRecord next) {
    String key = layout.record(next.id());
    List<Condition> when = new ArrayList<>();
    List<Op> then = new ArrayList<>();
    when.add(new Condition.Unchanged(key, at.revision()));
    when.add(new Condition.OwnedBy(layout.node(who.node()), who.incarnation()));
    if (step.deletes) {
      deletion(layout, next, then);
      Rules.event(next, who, loop.wallMs())
          .ifPresent(e -> then.add(new Op.Put(layout.event(e.id()), RecordCodec.event(e))));
      return new Transaction(when, then);
    }
    then.add(new Op.Put(key, RecordCodec.record(next, at.request())));
    boolean held = step.lock != null && at.record().locks().contains(step.lock);
    if (step.lock != null && !held) {
      when.add(new Condition.Absent(layout.lock(step.lock)));
    }
    if (!held) {
      then.addAll(step.also);
    }
    return new Transaction(when, then);
  }

  /** What goes with a record. */
  static void deletion(Layout layout, FailoverRecord r, List<Op> then) {
    then.add(new Op.Delete(layout.record(r.id())));
    then.add(new Op.Delete(layout.content(r.id())));
    r.locks().forEach(lock -> then.add(new Op.Delete(layout.lock(lock))));
  }

  /** Reads what the record is, to know what became of a step. */
  private void look(Step step, FailoverRecord next) {
    if (fenced.isDone() || !registration.lives(who)) {
      run(step);
      return;
    }
    loop.then(
        coordinator.get(layout.record(id())),
        (entry, e) -> {
          if (e != null && Errors.passing(e)) {
            loop.after(retryMs, () -> look(step, next));
          } else if (e != null) {
            ended(step, e);
          } else {
            found(step, next, entry);
          }
        });
  }

  private void found(Step step, FailoverRecord next, KeyEntry entry) {
    if (entry == null) {
      if (step.deletes && step.unsure) {
        ended(step, null);
      } else {
        fenced.complete("it was finished or deleted by others");
        run(step);
      }
      return;
    }
    View.Versioned now;
    try {
      now = View.Versioned.of(id(), entry);
    } catch (FailoverException e) {
      ended(step, e);
      return;
    }
    boolean unchanged = now.revision() == at.revision();
    at = now;
    if (!unchanged && step.unsure && !step.deletes && now.record().equals(next)) {
      ended(step, null);
    } else if (!Rules.has(now.record(), who, token)) {
      fenced.complete(
          "it was given to others, takeover number " + now.record().takeover().number());
      run(step);
    } else if (unchanged) {
      lookFurther(step, next);
    } else {
      run(step);
    }
  }

  /** The record is as it was: the lock is held, or the node's key gone, or neither any more. */
  private void lookFurther(Step step, FailoverRecord next) {
    String key = step.lock == null ? layout.node(who.node()) : layout.lock(step.lock);
    loop.then(
        coordinator.get(key),
        (entry, e) -> {
          if (e != null && Errors.passing(e)) {
            loop.after(retryMs, () -> look(step, next));
          } else if (e != null) {
            ended(step, e);
          } else if (step.lock != null && entry != null) {
            ended(
                step,
                new FailoverException(
                    Code.LOCKED,
                    "lock '" + step.lock + "' is held by record " + entry.value().utf8()));
          } else if (step.lock == null && (entry == null || entry.owner() != who.incarnation())) {
            fenced.complete("the lease of '" + who.node() + "' is over");
            run(step);
          } else {
            run(step);
          }
        });
  }
}
