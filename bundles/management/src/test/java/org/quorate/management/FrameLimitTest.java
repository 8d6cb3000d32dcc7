package org.quorate.management;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.embedded.EmbeddedChannel;
import org.junit.jupiter.api.Test;

class FrameLimitTest {
  private final EmbeddedChannel channel = new EmbeddedChannel(new FrameLimit(10));

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
      EmbeddedChannel each = new EmbeddedChannel(new FrameLimit(10));
      ByteBuf bytes = Unpooled.wrappedBuffer(header);
      each.writeInbound(bytes);
      assertFalse(each.isOpen());
      assertEquals(0, bytes.refCnt());
    }
  }
}
