package org.quorate.api.protocol;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.quorate.api.Bytes;
import org.quorate.api.Conflict;
import org.quorate.api.GroupId;
import org.quorate.api.Gtid;
import org.quorate.api.Isolation;
import org.quorate.api.KeyRange;
import org.quorate.api.NodeId;
import org.quorate.api.Outcome;
import org.quorate.api.Proposal;
import org.quorate.api.ReadLevel;
import org.quorate.api.ReadOutcome;
import org.quorate.api.Transaction;
import org.quorate.api.wire.Decoder;
import org.quorate.api.wire.Encoder;
import org.quorate.api.wire.MalformedException;

class OutcomesTest {
  private static final List<Outcome> ALL =
      List.of(
          new Outcome.Committed(new Gtid(-5, 7), 9, Bytes.utf8("result")),
          new Outcome.Executed(new Gtid(-5, 7), 9),
          new Outcome.Aborted(
              new Conflict(
                  Conflict.Reason.READ_WRITE,
                  Bytes.utf8("key"),
                  new Gtid(0x51, 12),
                  NodeId.of("n2"),
                  7)),
          new Outcome.Aborted(new Conflict(Conflict.Reason.HORIZON, null, new Gtid(1, 0), null, 0)),
          new Outcome.NotLeader(NodeId.of("n2")),
          new Outcome.NotLeader(null),
          new Outcome.NotLeader(NodeId.of("n2"), "set aside as lagging"),
          new Outcome.Overloaded(20, "pending.max"),
          new Outcome.Indeterminate("lost", NodeId.of("n1")),
          new Outcome.Indeterminate("lost", null),
          new Outcome.Rejected(Outcome.Rejection.UNSUPPORTED, "no"));

  private static String address(NodeId node) {
    return node + ".example:1";
  }

  @Test
  void outcomesComeBackAsTheyWere() {
    for (Outcome outcome : ALL) {
      Encoder out = new Encoder();
      Outcomes.outcome(out, outcome, OutcomesTest::address);
      Decoder in = new Decoder(out.take());
      Outcomes.Addressed back = Outcomes.outcome(in);
      in.end();
      assertEquals(outcome, back.outcome());
      boolean hinted = outcome.toString().matches(".*hint=n\\d.*");
      assertEquals(hinted, !back.address().isEmpty(), outcome.toString());
    }
  }

  @Test
  void everyPrefixOfAnOutcomeIsMalformed() {
    for (Outcome outcome : ALL) {
      Encoder out = new Encoder();
      Outcomes.outcome(out, outcome, OutcomesTest::address);
      Bytes whole = out.take();
      for (int cut = 0; cut < whole.length(); cut++) {
        Decoder in = new Decoder(whole.slice(0, cut));
        assertThrows(MalformedException.class, () -> Outcomes.outcome(in), outcome.toString());
      }
    }
  }

  @Test
  void readsAndProposalsComeBackAsTheyWere() {
    for (ReadLevel level :
        List.of(
            ReadLevel.LINEARIZABLE,
            ReadLevel.LOCAL,
            new ReadLevel.Causal(new Gtid(3, 4)),
            new ReadLevel.Turn(new Gtid(3, 4), 5, 6))) {
      Encoder out = new Encoder();
      Outcomes.level(out, level);
      assertEquals(level, Outcomes.level(new Decoder(out.take())));
    }
    Transaction transaction =
        new Transaction(
            5,
            Isolation.SERIALIZABLE,
            List.of(Bytes.utf8("a")),
            List.of(new KeyRange(Bytes.utf8("b"), null)),
            List.of(Bytes.utf8("c")));
    for (Proposal proposal :
        List.of(
            Proposal.bare(Bytes.utf8("x")), new Proposal(-1, 2, 1, Bytes.utf8("y"), transaction))) {
      Encoder out = new Encoder();
      Outcomes.proposal(out, proposal);
      assertEquals(proposal, Outcomes.proposal(new Decoder(out.take())));
    }
    Encoder out = new Encoder();
    ReadOutcome.Answered answer = new ReadOutcome.Answered(new Gtid(1, 2), Bytes.utf8("z"));
    Outcomes.readOutcome(out, answer, OutcomesTest::address);
    assertEquals(answer, Outcomes.answered(new Decoder(out.take())));
    Encoder not = new Encoder();
    Outcomes.readOutcome(
        not, new ReadOutcome.Unanswered(new Outcome.NotLeader(null)), OutcomesTest::address);
    Decoder in = new Decoder(not.take());
    assertNull(Outcomes.answered(in));
    assertEquals(new Outcome.NotLeader(null), Outcomes.outcome(in).outcome());
  }

  @Test
  void groupsAreSpelledOutOnceAndNumberedThen() {
    GroupRefs writer = new GroupRefs();
    GroupRefs reader = new GroupRefs();
    int[] sizes = new int[4];
    String[] names = {"first", "second", "first", "second"};
    for (int i = 0; i < names.length; i++) {
      Encoder out = new Encoder();
      writer.write(out, GroupId.of(names[i]));
      sizes[i] = out.size();
      assertEquals(names[i], reader.read(new Decoder(out.take())).name());
    }
    assertEquals(1, sizes[2]);
    assertEquals(1, sizes[3]);
    Bytes unknown = Bytes.wrap(new byte[] {9});
    assertThrows(MalformedException.class, () -> reader.read(new Decoder(unknown)));
    Bytes badName = Bytes.wrap(new byte[] {2, 1, ' '});
    assertThrows(MalformedException.class, () -> reader.read(new Decoder(badName)));
  }
}
