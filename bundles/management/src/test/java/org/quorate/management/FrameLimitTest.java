package org.quorate.management;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.embedded.EmbeddedChannel;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class FrameLimitTest {
  private final PendingInput pending = new PendingInput();
  private final EmbeddedChannel channel = new EmbeddedChannel(new FrameLimit(10, pending));

  /** Time goes on only when it is told to. */
  @BeforeEach
  void freeze() {
    channel.freezeTime();
  }

  @Test
  void framesPassInAnyPieces() {
    byte[] frames = {0, 0, 0, 3, 1, 2, 3, 0, 0, 0, 10, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 0, 0, 0, 1};
    for (byte b : frames) {
      channel.writeInbound(Unpooled.wrappedBuffer(new byte[] {b}));
    }
    assertTrue(channel.isOpen());
    assertEquals(frames.length, channel.inboundMessages().size());
    channel.writeInbound(Unpooled.wrappedBuffer(new byte[] {9}), Unpooled.wrappedBuffer(frames));
    assertTrue(channel.isOpen());
  }

  @Test
  void anImpossibleLengthEndsTheConnection() {
    for (byte[] header :
        new byte[][] {{0, 0, 0, 11}, {-1, -1, -1, -1}, {0, 0, 0, 0}, {0x47, 0x45, 0x54, 0x20}}) {
      EmbeddedChannel each = new EmbeddedChannel(new FrameLimit(10, pending));
      ByteBuf bytes = Unpooled.wrappedBuffer(header);
      each.writeInbound(bytes);
      assertFalse(each.isOpen());
      assertEquals(0, bytes.refCnt());
    }
  }

  private static byte[] beginning(int announced, int sent) {
    byte[] begin = new byte[Integer.BYTES + sent];
    begin[0] = (byte) (announced >> 24);
    begin[1] = (byte) (announced >> 16);
    begin[2] = (byte) (announced >> 8);
    begin[3] = (byte) announced;
    return begin;
  }

  @Test
  void halfAFrameIsNotKeptHoweverItsBytesCome() {
    channel.writeInbound(Unpooled.wrappedBuffer(beginning(10, 1)));
    assertEquals(5, pending.bytes());
    for (int i = 0; i < 5; i++) {
      channel.advanceTimeBy(PendingInput.PATIENCE_MS / 5 - 1, TimeUnit.MILLISECONDS);
      channel.writeInbound(Unpooled.wrappedBuffer(new byte[1]));
      channel.runScheduledPendingTasks();
      assertTrue(channel.isOpen());
    }
    channel.advanceTimeBy(5, TimeUnit.MILLISECONDS);
    channel.runScheduledPendingTasks();
    assertFalse(channel.isOpen());
    assertEquals(0, pending.bytes());
  }

  @Test
  void everyFrameHasItsOwnTime() {
    for (int i = 0; i < 5; i++) {
      channel.writeInbound(Unpooled.wrappedBuffer(beginning(2, 1)));
      channel.advanceTimeBy(PendingInput.PATIENCE_MS - 1, TimeUnit.MILLISECONDS);
      channel.runScheduledPendingTasks();
      channel.writeInbound(Unpooled.wrappedBuffer(new byte[1]));
    }
    channel.advanceTimeBy(PendingInput.PATIENCE_MS * 2, TimeUnit.MILLISECONDS);
    channel.runScheduledPendingTasks();
    assertTrue(channel.isOpen(), "nothing is under way");
    assertEquals(0, pending.bytes());
  }

  /** Many halves together have so much room, and give it back when they are closed. */
  @Test
  void whoFindsNoRoomIsClosedAndTheOthersAreNot() {
    int each = 1 << 20;
    int fit = (int) (PendingInput.MAX_BYTES / (each + Integer.BYTES));
    List<EmbeddedChannel> all = new ArrayList<>();
    for (int i = 0; i <= fit; i++) {
      EmbeddedChannel one = new EmbeddedChannel(new FrameLimit(each + 1, pending));
      one.writeInbound(Unpooled.wrappedBuffer(beginning(each + 1, each)));
      assertEquals(i < fit, one.isOpen(), "number " + i);
      all.add(one);
    }
    assertEquals((long) fit * (each + Integer.BYTES), pending.bytes());
    all.forEach(EmbeddedChannel::finishAndReleaseAll);
    assertEquals(0, pending.bytes());
  }
}
