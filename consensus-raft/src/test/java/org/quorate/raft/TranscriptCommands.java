package org.quorate.raft;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.function.Predicate;
import org.quorate.api.Bytes;
import org.quorate.api.NodeId;
import org.quorate.spi.consensus.Event;
import org.quorate.spi.consensus.Member;
import org.quorate.spi.consensus.Membership;
import org.quorate.spi.consensus.Role;
import org.quorate.spi.consensus.SealRecord;
import org.quorate.spi.consensus.TailRequest;
import org.quorate.spi.transport.Lane;

/** The verbs of transcripts; see docs/strategies/raft.md for the list. */
final class TranscriptCommands {
  private final TestCluster cluster = new TestCluster(7);

  TranscriptCommands(Rules rules) {
    cluster.rules = rules;
  }

  List<String> execute(String[] words) {
    String[] args = Arrays.copyOfRange(words, 1, words.length);
    if (!group(words[0], args) && !network(words[0], args) && !node(words[0], args)) {
      throw new IllegalArgumentException("no command " + words[0]);
    }
    List<String> said = new ArrayList<>(cluster.said);
    cluster.said.clear();
    return said;
  }

  /** What concerns all nodes. */
  private boolean group(String verb, String[] args) {
    switch (verb) {
      case "option" -> cluster.options.put(args[0], args[1]);
      case "nodes" -> {
        for (String name : args) {
          cluster.add(name);
        }
        cluster.genesis(args);
      }
      case "spare" -> {
        for (String name : args) {
          cluster.add(name);
        }
      }
      case "setup" -> setup(args);
      case "start" -> of(args).forEach(TestNode::start);
      case "run" -> cluster.run(Long.parseLong(args[0]));
      case "settle" -> cluster.settle();
      case "status" -> of(args).forEach(this::status);
      default -> {
        return false;
      }
    }
    return true;
  }

  private List<TestNode> of(String[] names) {
    List<TestNode> nodes = new ArrayList<>();
    for (String name : names) {
      nodes.add(cluster.node(name));
    }
    return names.length == 0 ? List.copyOf(cluster.nodes.values()) : nodes;
  }

  /** {@code setup NODE TERM TERM,TERM,…}: what a node finds on its disk. */
  private void setup(String[] args) {
    HardState hard = HardState.fresh();
    hard.adopt(Long.parseLong(args[1]));
    List<Bytes> log = new ArrayList<>();
    for (String term : args.length < 3 ? new String[0] : args[2].split(",")) {
      String[] times = term.split("x");
      for (int i = times.length == 1 ? 1 : Integer.parseInt(times[1]); i > 0; i--) {
        String payload = "e" + (log.size() + 1) + "t" + times[0];
        log.add(Entry.payload(Long.parseLong(times[0]), Bytes.utf8(payload)));
      }
    }
    cluster.node(args[0]).disk.preset(hard.encode(), log);
  }

  private void status(TestNode n) {
    if (!n.alive()) {
      cluster.say(n.id + " down");
      return;
    }
    RaftView v = n.view();
    cluster.say(
        n.id
            + " "
            + n.loglet.status().role()
            + " t"
            + v.term()
            + " vote "
            + (v.vote() == null ? "-" : v.vote())
            + " leader "
            + (v.leader() == null ? "-" : v.leader())
            + " commit "
            + v.commit()
            + " durable "
            + v.durable()
            + " log "
            + Words.log(v));
  }

  /** What happens to messages. */
  private boolean network(String verb, String[] args) {
    switch (verb) {
      case "messages" -> cluster.network.queue.forEach(s -> cluster.say(s.toString()));
      case "deliver" -> {
        Predicate<TestNetwork.Sent> which = filter(args);
        List<TestNetwork.Sent> now = cluster.network.queue.stream().filter(which).toList();
        for (TestNetwork.Sent sent : now) {
          cluster.say(sent.toString());
          cluster.deliver(s -> s == sent);
        }
      }
      case "drop" -> cluster.network.queue.removeIf(filter(args));
      case "duplicate" ->
          cluster.network.queue.addAll(
              cluster.network.queue.stream().filter(filter(args)).toList());
      case "cut" -> {
        for (String way : args) {
          String[] ends = way.split(">");
          cluster.network.cut(NodeId.of(ends[0]), NodeId.of(ends[1]));
        }
      }
      case "isolate" -> {
        for (TestNode other : cluster.nodes.values()) {
          if (!other.id.name().equals(args[0])) {
            cluster.network.cut(NodeId.of(args[0]), other.id);
            cluster.network.cut(other.id, NodeId.of(args[0]));
          }
        }
      }
      case "heal" -> cluster.network.heal();
      case "inject" -> inject(args);
      default -> {
        return false;
      }
    }
    return true;
  }

  /** Words that are a kind of message or a way: {@code append a>b}; none for all. */
  private static Predicate<TestNetwork.Sent> filter(String[] args) {
    return sent -> {
      for (String word : args) {
        String way = sent.from() + ">" + sent.to();
        boolean fits =
            word.contains(">") ? way.equals(word) : Words.kind(sent.message()).equals(word);
        if (!fits) {
          return false;
        }
      }
      return true;
    };
  }

  /**
   * {@code inject a>b TERM PREV/TERM COMMIT [PAYLOAD…]}, {@code inject a>b TERM ok INDEX} or {@code
   * inject a>b TERM vote LAST/TERM}: a message by hand.
   */
  private void inject(String[] args) {
    String[] ends = args[0].split(">");
    TestNode to = cluster.node(ends[1]);
    long term = Long.parseLong(args[1]);
    RaftMessage message;
    if (args[2].equals("ok")) {
      long store = cluster.node(ends[0]).store;
      message = new RaftMessage.AppendReply(term, store, true, Long.parseLong(args[3]), 0, 0);
    } else if (args[2].equals("vote")) {
      String[] last = args[3].split("/");
      message =
          new RaftMessage.VoteRequest(
              term, to.store, Long.parseLong(last[0]), Long.parseLong(last[1]), false, false);
    } else {
      String[] prev = args[2].split("/");
      List<Bytes> records = new ArrayList<>();
      for (int i = 4; i < args.length; i++) {
        records.add(Entry.payload(term, Bytes.utf8(args[i])));
      }
      message =
          new RaftMessage.AppendEntries(
              term,
              to.store,
              Long.parseLong(prev[0]),
              Long.parseLong(prev[1]),
              Long.parseLong(args[3]),
              records);
    }
    cluster.network.add(NodeId.of(ends[0]), to.id, Lane.DATA, message);
  }

  /** What one node is told or does. */
  private boolean node(String verb, String[] args) {
    TestNode n = args.length == 0 ? null : cluster.node(args[0]);
    switch (verb) {
      case "tick" -> n.tick(Long.parseLong(args[1]));
      case "pause" -> {
        n.nowMs += Long.parseLong(args[1]);
        n.step(new Event.Tick(n.nowMs));
      }
      case "busy" -> cluster.busy(n, Long.parseLong(args[1]), Long.parseLong(args[2]));
      case "campaign" -> campaign(n);
      case "crash" -> n.crash(args.length > 1 ? Integer.parseInt(args[1]) : 0);
      case "wipe" -> n.wipe(cluster.newStore());
      case "disk" -> n.autoDisk = args[1].equals("free");
      case "durable" -> n.durable(args.length > 1 ? Integer.parseInt(args[1]) : 1000);
      case "propose" -> cluster.propose(n, Arrays.copyOfRange(args, 1, args.length));
      case "fill" -> fill(n, Integer.parseInt(args[1]), Integer.parseInt(args[2]));
      case "read" -> n.step(new Event.ReadTail(new TailRequest(cluster.ticket())));
      case "seal" ->
          n.step(
              new Event.Seal(
                  cluster.ticket(),
                  new SealRecord(
                      Long.parseLong(args[1]),
                      n.loglet.status().membership(),
                      Bytes.utf8(args[2]))));
      case "configure" -> configure(n, args);
      case "transfer" -> n.step(new Event.HandOver(cluster.ticket(), NodeId.of(args[1])));
      case "checkpoint" -> n.checkpoint();
      case "snapshot" -> snapshot(n, cluster.node(args[1]));
      case "snapshot-failed" ->
          n.step(new Event.SnapshotSent(NodeId.of(args[1]), n.applied, false));
      case "reconnect" -> n.step(new Event.PeerReset(NodeId.of(args[1])));
      case "peers" -> peers(n);
      case "state" -> cluster.say(n.id + " has " + n.state.values());
      default -> {
        return false;
      }
    }
    return true;
  }

  private void campaign(TestNode n) {
    for (int i = 0; i < 100 && !n.loglet.status().role().contains("candidate"); i++) {
      n.tick(50);
      if (n.view().leads()) {
        return;
      }
    }
  }

  private void fill(TestNode n, int count, int bytes) {
    for (int i = 0; i < count; i++) {
      cluster.propose(n, "x".repeat(bytes));
    }
  }

  private void snapshot(TestNode donor, TestNode to) {
    cluster.snapshotsWanted.removeIf(w -> w[0].equals(donor.id) && w[1].equals(to.id));
    cluster.snapshot(donor, to);
  }

  /** {@code configure NODE voter|learner|remove SUBJECT …}: the membership that follows. */
  private void configure(TestNode n, String[] args) {
    Membership now = n.view().membership();
    List<Member> next = new ArrayList<>(now.members());
    for (int i = 1; i + 1 < args.length; i += 2) {
      TestNode subject = cluster.node(args[i + 1]);
      next.removeIf(m -> m.node().equals(subject.id));
      if (!args[i].equals("remove")) {
        Role role = Role.valueOf(args[i].toUpperCase(java.util.Locale.ROOT));
        next.add(new Member(subject.id, subject.store, role));
      }
    }
    n.step(new Event.Configure(cluster.ticket(), new Membership(now.version() + 1, next)));
  }

  private void peers(TestNode n) {
    for (Map.Entry<String, String> e : n.loglet.status().details().entrySet()) {
      if (e.getKey().startsWith("peer.")) {
        cluster.say(e.getValue());
      }
    }
  }
}
