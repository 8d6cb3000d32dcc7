package org.quorate.raft;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.quorate.api.Bytes;
import org.quorate.api.NodeId;
import org.quorate.api.wire.Encoder;
import org.quorate.api.wire.MalformedException;
import org.quorate.spi.consensus.Member;
import org.quorate.spi.consensus.Membership;
import org.quorate.spi.consensus.Role;

class RaftCodecTest {
  private static final Membership MEMBERSHIP =
      new Membership(
          3,
          List.of(
              new Member(NodeId.of("a"), -1, Role.VOTER),
              new Member(NodeId.of("b"), 7, Role.LEARNER)));

  private static final List<RaftMessage> MESSAGES =
      List.of(
          new RaftMessage.VoteRequest(9, -5, 8, 7, true, false),
          new RaftMessage.VoteRequest(Long.MAX_VALUE, Long.MIN_VALUE, 0, 0, false, true),
          new RaftMessage.VoteReply(1, 2, true, false),
          new RaftMessage.VoteReply(1, 2, false, true),
          new RaftMessage.AppendEntries(4, 1, 0, 0, 0, List.of()),
          new RaftMessage.AppendEntries(
              4,
              1,
              10,
              2,
              9,
              List.of(
                  Entry.noop(2),
                  Entry.payload(3, Bytes.utf8("x")),
                  Entry.payload(3, Bytes.EMPTY),
                  Entry.config(4, MEMBERSHIP),
                  Entry.seal(4, 77, Bytes.utf8("end")))),
          new RaftMessage.AppendReply(4, 1, true, 6, 0, 0),
          new RaftMessage.AppendReply(4, 1, false, 6, 5, 3),
          new RaftMessage.Heartbeat(4, 1, 3, 2, 1),
          new RaftMessage.HeartbeatReply(4, 1, 2),
          new RaftMessage.TimeoutNow(4, 1));

  private static byte[] encoded(RaftMessage message) {
    Encoder out = new Encoder();
    message.encode(out);
    return out.take().toByteArray();
  }

  @Test
  void everyMessageComesBackAsItWas() {
    for (RaftMessage message : MESSAGES) {
      assertEquals(message, RaftCodec.decode(Bytes.wrap(encoded(message))));
    }
  }

  @Test
  void aMessageCutShortOrTooLongIsMalformed() {
    for (RaftMessage message : MESSAGES) {
      byte[] whole = encoded(message);
      for (int length = 0; length < whole.length; length++) {
        Bytes cut = Bytes.wrap(whole, 0, length);
        assertThrows(MalformedException.class, () -> RaftCodec.decode(cut), message::toString);
      }
      Bytes longer = Bytes.wrap(whole).concat(Bytes.utf8("!"));
      assertThrows(MalformedException.class, () -> RaftCodec.decode(longer), message::toString);
    }
  }

  @Test
  void randomBytesDecodeOrAreMalformed() {
    SplittableRandom random = new SplittableRandom(1);
    int decoded = 0;
    for (int i = 0; i < 300_000; i++) {
      byte[] bytes;
      if (random.nextBoolean()) {
        bytes = new byte[random.nextInt(60)];
        random.nextBytes(bytes);
        if (bytes.length > 0) {
          bytes[0] = (byte) random.nextInt(9);
        }
      } else {
        bytes = encoded(MESSAGES.get(random.nextInt(MESSAGES.size())));
        for (int flips = 1 + random.nextInt(3); flips > 0; flips--) {
          bytes[random.nextInt(bytes.length)] = (byte) random.nextInt(256);
        }
      }
      decoded += decodes(Bytes.wrap(bytes)) ? 1 : 0;
    }
    assertTrue(decoded > 1000, "only " + decoded + " decoded: too few to show anything");
  }

  private static boolean decodes(Bytes bytes) {
    try {
      RaftMessage message = RaftCodec.decode(bytes);
      assertEquals(message, RaftCodec.decode(Bytes.wrap(encoded(message))));
      return true;
    } catch (MalformedException expected) {
      return false;
    }
  }

  @Test
  void aLeaderSendsNoEntryOfALaterTermAndNoneOutOfOrder() {
    for (List<Bytes> records :
        List.of(
            List.of(Entry.noop(5)),
            List.of(Entry.noop(3), Entry.noop(2)),
            List.of(Entry.noop(1)))) {
      Bytes bytes = Bytes.wrap(encoded(new RaftMessage.AppendEntries(4, 1, 10, 2, 9, records)));
      assertThrows(MalformedException.class, () -> RaftCodec.decode(bytes), records::toString);
    }
  }

  @Test
  void termVoteAndLinkStateComeBackOrAreMalformed() {
    HardState hard = HardState.fresh();
    hard.adopt(6);
    hard.voteFor(NodeId.of("b"));
    HardState back = HardState.decode(hard.encode());
    assertEquals(6, back.term());
    assertEquals(NodeId.of("b"), back.vote());
    assertEquals(back.vote(), back.durableVote());
    LinkState state = new LinkState(6, MEMBERSHIP);
    assertEquals(state, LinkState.decode(state.encode()));

    SplittableRandom random = new SplittableRandom(2);
    for (int i = 0; i < 100_000; i++) {
      byte[] bytes = (i % 2 == 0 ? hard.encode() : state.encode()).toByteArray();
      bytes[random.nextInt(bytes.length)] = (byte) random.nextInt(256);
      Bytes flipped = Bytes.wrap(bytes, 0, random.nextInt(bytes.length + 1));
      try {
        HardState.decode(flipped);
      } catch (MalformedException expected) {
        // as it should be
      }
      try {
        LinkState.decode(flipped);
      } catch (MalformedException expected) {
        // as it should be
      }
    }
  }
}
