package org.quorate.runtime.node;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.quorate.api.Bytes;
import org.quorate.api.GroupId;
import org.quorate.api.NodeId;
import org.quorate.api.Outcome;
import org.quorate.api.Outcome.Rejection;
import org.quorate.api.Proposal;
import org.quorate.api.ReadLevel;
import org.quorate.api.ReadOutcome;
import org.quorate.api.protocol.Outcomes;
import org.quorate.api.wire.Decoder;
import org.quorate.api.wire.Encoder;
import org.quorate.api.wire.MalformedException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Proposals and reads of callers who did not look for the right node: tried here, then sent on to
 * the node that takes them. A node that does not have the group or has parked it asks the others.
 * What may have been ordered is never sent twice: its fate is reported as indeterminate.
 */
final class Forwarding {
  /** How long to look for a node that takes it while nobody is known to. */
  private static final long SEARCH_MS = 5000;

  private static final Logger LOG = LoggerFactory.getLogger(Forwarding.class);
  private static final long ANSWER_MS = 10_000;
  private static final long PAUSE_MS = 100;

  /** Hints in a row; nodes that name each other settle it while we pause. */
  private static final int MAX_HOPS = 3;

  private final QuorateNode node;

  Forwarding(QuorateNode node) {
    this.node = node;
  }

  CompletableFuture<Outcome> propose(GroupId group, Proposal proposal) {
    Encoder out = new Encoder().text(group.name());
    Outcomes.proposal(out, proposal);
    return new Write(group, proposal, out.take()).start();
  }

  CompletableFuture<ReadOutcome> read(GroupId group, Bytes query, ReadLevel level) {
    Encoder out = new Encoder().text(group.name());
    Outcomes.level(out, level);
    return new Read(group, query, level, out.bytes(query).take()).start();
  }

  CompletableFuture<Outcome> session(SessionCall call) {
    return new OfSession(call).start();
  }

  /** Answers what another node sent on about sessions: here or not at all. */
  void sessions(Bytes body, Consumer<Bytes> answer) {
    new OfSession(SessionCall.decode(body)).here(outcome -> answer.accept(encoded(outcome)));
  }

  /** Waits for a change where it is seen: see {@link WatchCall#told}. */
  CompletableFuture<Outcome> watch(WatchCall call) {
    return new Watch(call).start();
  }

  /** Tells another node of a change: here or not at all. */
  void watch(Bytes body, Consumer<Bytes> answer) {
    new Watch(WatchCall.decode(body)).here(outcome -> answer.accept(encoded(outcome)));
  }

  private Bytes encoded(Outcome outcome) {
    Encoder out = new Encoder();
    Outcomes.outcome(out, outcome, node.addresses()::client);
    return out.take();
  }

  /** Answers a proposal that another node sent on: here or not at all. */
  void proposed(Bytes body, Consumer<Bytes> answer) {
    Decoder in = new Decoder(body);
    GroupId group = GroupId.of(in.text());
    Proposal proposal = Outcomes.proposal(in);
    new Write(group, proposal, body).here(outcome -> answer.accept(encoded(outcome)));
  }

  /** Answers a read that another node sent on: here or not at all. */
  void read(Bytes body, Consumer<Bytes> answer) {
    Decoder in = new Decoder(body);
    GroupId group = GroupId.of(in.text());
    ReadLevel level = Outcomes.level(in);
    new Read(group, in.bytes(), level, body)
        .here(
            outcome -> {
              Encoder out = new Encoder();
              Outcomes.readOutcome(out, outcome, node.addresses()::client);
              answer.accept(out.take());
            });
  }

  /** One request on its way; steps follow each other, so no two threads work on it at once. */
  private abstract class Request<T> {
    final GroupId group;
    private final PeerOperation what;
    private final Bytes body;
    private final CompletableFuture<T> done = new CompletableFuture<>();
    private final Deque<NodeId> others = new ArrayDeque<>();
    private final long deadlineNanos = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(SEARCH_MS);
    private int hops;
    private T refused; // null while this node has the group
    private boolean allRefused; // so far; who was not reached may have the group
    private String why = ""; // nobody takes it, as the last one said that was asked

    Request(GroupId group, PeerOperation what, Bytes body) {
      this.group = group;
      this.what = what;
      this.body = body;
    }

    abstract void here(GroupHost host, Consumer<T> then);

    abstract T decode(Bytes answer);

    /** What a request is told when it was sent and the answer is lost; null to look again. */
    abstract T lost(NodeId at);

    abstract T failed(Outcome why);

    /** Null when it was done. */
    abstract Outcome why(T outcome);

    CompletableFuture<T> start() {
      round();
      return done;
    }

    /** Here first, where most groups are. */
    private void round() {
      hops = 0;
      refused = null;
      allRefused = true;
      others.clear();
      others.addAll(node.addresses().all().keySet());
      others.remove(node.id());
      here(this::answered);
    }

    void here(Consumer<T> then) {
      GroupHost host = node.groups().find(group);
      if (host == null) {
        then.accept(
            failed(
                new Outcome.Rejected(
                    Rejection.UNKNOWN_GROUP, "no group '" + group + "' on node " + node.id())));
      } else {
        here(host, then);
      }
    }

    private void at(NodeId to) {
      if (to.equals(node.id())) {
        here(this::answered);
        return;
      }
      node.transport()
          .ask(
              to,
              what.lane(),
              what.ordinal(),
              body,
              ANSWER_MS,
              answer -> {
                T outcome = answer == null ? lost(to) : decoded(to, answer);
                if (outcome == null) {
                  nobody();
                } else {
                  answered(outcome);
                }
              },
              this::nobody);
    }

    /** Who asked is answered in any case. */
    private T decoded(NodeId from, Bytes answer) {
      try {
        return decode(answer);
      } catch (MalformedException e) {
        LOG.warn("group {}: node '{}' gave an answer that makes no sense", group, from, e);
        return lost(from);
      }
    }

    /** Who was asked does not take it, or was not reached. */
    private void nobody() {
      allRefused = false;
      elsewhere();
    }

    private void elsewhere() {
      if (refused != null && !others.isEmpty()) {
        at(others.poll());
      } else if (refused != null && allRefused) {
        done.complete(refused);
      } else {
        again(failed(new Outcome.NotLeader(null, why)));
      }
    }

    private void answered(T outcome) {
      Outcome not = why(outcome);
      if (not instanceof Outcome.NotLeader n) {
        why = n.why();
        if (n.hint() != null && hops++ < MAX_HOPS) {
          at(n.hint());
        } else {
          nobody();
        }
      } else if (not instanceof Outcome.Overloaded) {
        again(outcome);
      } else if (not instanceof Outcome.Rejected r && notHere(r.code())) {
        refused = refused == null ? outcome : refused;
        elsewhere();
      } else {
        done.complete(outcome);
      }
    }

    private boolean notHere(Rejection code) {
      return code == Rejection.UNKNOWN_GROUP || code == Rejection.PARKED;
    }

    /** Nobody takes it now and nothing was ordered: after a pause all may be different. */
    private void again(T last) {
      if (System.nanoTime() < deadlineNanos) {
        node.later(PAUSE_MS, this::round);
      } else {
        done.complete(last);
      }
    }
  }

  /** What is answered by an outcome. */
  private abstract class Asked extends Request<Outcome> {
    Asked(GroupId group, PeerOperation what, Bytes body) {
      super(group, what, body);
    }

    @Override
    Outcome decode(Bytes answer) {
      return Outcomes.outcome(new Decoder(answer)).outcome();
    }

    @Override
    Outcome failed(Outcome why) {
      return why;
    }

    @Override
    Outcome why(Outcome outcome) {
      return outcome;
    }
  }

  private final class Write extends Asked {
    private final Proposal proposal;

    Write(GroupId group, Proposal proposal, Bytes body) {
      super(group, PeerOperation.PROPOSE, body);
      this.proposal = proposal;
    }

    @Override
    void here(GroupHost host, Consumer<Outcome> then) {
      host.propose(proposal, then);
    }

    @Override
    Outcome lost(NodeId at) {
      return new Outcome.Indeterminate("node '" + at + "' took it and does not answer", at);
    }
  }

  private final class OfSession extends Asked {
    private final SessionCall call;

    OfSession(SessionCall call) {
      super(call.group(), PeerOperation.SESSIONS, call.encode());
      this.call = call;
    }

    @Override
    void here(GroupHost host, Consumer<Outcome> then) {
      call.on(host, then);
    }

    /** It may be asked again. */
    @Override
    Outcome lost(NodeId at) {
      return null;
    }
  }

  private final class Watch extends Asked {
    private final WatchCall call;

    Watch(WatchCall call) {
      super(call.group(), PeerOperation.WATCH, call.encode());
      this.call = call;
    }

    @Override
    void here(GroupHost host, Consumer<Outcome> then) {
      call.on(host, then);
    }

    @Override
    Outcome lost(NodeId at) {
      return null;
    }
  }

  private final class Read extends Request<ReadOutcome> {
    private final Bytes query;
    private final ReadLevel level;

    Read(GroupId group, Bytes query, ReadLevel level, Bytes body) {
      super(group, PeerOperation.READ, body);
      this.query = query;
      this.level = level;
    }

    @Override
    void here(GroupHost host, Consumer<ReadOutcome> then) {
      host.read(query, level, then);
    }

    @Override
    ReadOutcome decode(Bytes answer) {
      Decoder in = new Decoder(answer);
      ReadOutcome.Answered answered = Outcomes.answered(in);
      return answered != null ? answered : failed(Outcomes.outcome(in).outcome());
    }

    @Override
    ReadOutcome lost(NodeId at) {
      return null;
    }

    @Override
    ReadOutcome failed(Outcome why) {
      return new ReadOutcome.Unanswered(why);
    }

    @Override
    Outcome why(ReadOutcome outcome) {
      return outcome instanceof ReadOutcome.Unanswered u ? u.why() : null;
    }
  }
}
