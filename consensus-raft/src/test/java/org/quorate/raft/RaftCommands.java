package org.quorate.raft;

import java.util.ArrayList;
import java.util.List;
import org.quorate.api.Bytes;
import org.quorate.api.NodeId;
import org.quorate.spi.transport.Lane;
import org.quorate.tck.protocol.TranscriptCommands;

/** What only transcripts of raft say. */
final class RaftCommands extends TranscriptCommands<TestNode> {
  RaftCommands(Rules rules) {
    super(cluster(rules));
  }

  private static TestCluster cluster(Rules rules) {
    TestCluster cluster = new TestCluster(7);
    cluster.rules = rules;
    return cluster;
  }

  @Override
  protected boolean own(String verb, String[] args) {
    switch (verb) {
      case "setup" -> setup(args);
      case "inject" -> inject(args);
      default -> {
        return false;
      }
    }
    return true;
  }

  @Override
  protected String status(TestNode n) {
    RaftView v = n.view();
    return n.loglet.status().role()
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
        + Words.log(v);
  }

  @Override
  protected boolean campaigns(TestNode n) {
    return n.loglet.status().role().contains("candidate");
  }

  @Override
  protected String filler(int number, int bytes) {
    return "x".repeat(bytes);
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
}
