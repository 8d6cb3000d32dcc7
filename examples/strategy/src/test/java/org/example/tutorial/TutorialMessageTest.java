package org.example.tutorial;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.quorate.api.Bytes;
import org.quorate.api.NodeId;
import org.quorate.api.wire.Encoder;
import org.quorate.api.wire.MalformedException;
import org.quorate.spi.consensus.Member;
import org.quorate.spi.consensus.Membership;
import org.quorate.spi.consensus.Role;
import org.quorate.spi.consensus.SealRecord;

class TutorialMessageTest {
  private static final Ballot BALLOT = new Ballot(7, -3);
  private static final Membership MEMBERSHIP =
      new Membership(4, List.of(new Member(NodeId.of("n1"), 99, Role.VOTER)));
  private static final List<Entry> ENTRIES =
      List.of(
          Entry.payload(Bytes.utf8("payload")),
          Entry.seal(new SealRecord(5, MEMBERSHIP, Bytes.utf8("seal"))),
          Entry.membership(MEMBERSHIP));
  private static final List<TutorialMessage> ALL =
      List.of(
          new TutorialMessage.Prepare(BALLOT, 12, true),
          new TutorialMessage.Promise(
              5, BALLOT, List.of(new TutorialMessage.Vote(Ballot.NONE, ENTRIES.get(1)))),
          new TutorialMessage.Reject(BALLOT),
          new TutorialMessage.Accept(BALLOT, 3, 2, ENTRIES),
          new TutorialMessage.Accepted(5, BALLOT, 6, 4),
          new TutorialMessage.Heartbeat(BALLOT, 6, 300),
          new TutorialMessage.Heard(5, BALLOT, 300),
          new TutorialMessage.Decided(0, ENTRIES),
          new TutorialMessage.TakeOver(BALLOT, 6));

  private static Bytes encoded(TutorialMessage message) {
    Encoder out = new Encoder();
    message.encode(out);
    return out.take();
  }

  @Test
  void everyMessageComesBackAsItWas() {
    for (TutorialMessage message : ALL) {
      assertEquals(message, TutorialMessage.decode(encoded(message)));
    }
    assertEquals(MEMBERSHIP, ENTRIES.get(2).membership());
  }

  @Test
  void whatIsCutOffOrTooLongOrUnknownIsMalformed() {
    for (TutorialMessage message : ALL) {
      Bytes whole = encoded(message);
      for (int length = 0; length < whole.length(); length++) {
        Bytes cut = whole.slice(0, length);
        assertThrows(
            MalformedException.class, () -> TutorialMessage.decode(cut), message::toString);
      }
      Bytes longer = whole.concat(Bytes.utf8("!"));
      assertThrows(MalformedException.class, () -> TutorialMessage.decode(longer));
    }
    Bytes unknown = new Encoder().u8(9).take();
    assertThrows(MalformedException.class, () -> TutorialMessage.decode(unknown));
  }
}
