package org.quorate.management;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.embedded.EmbeddedChannel;
import io.netty.handler.codec.http.websocketx.WebSocket13FrameDecoder;
import io.netty.handler.codec.http.websocketx.WebSocketDecoderConfig;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

class WebSocketLimitTest {
  private static final int TEXT = 1;
  private static final int CONTINUATION = 0;
  private static final int PING = 9;

  private final PendingInput pending = new PendingInput();
  private final EmbeddedChannel channel = webSocket();

  /** A connection behind its handshake, with Netty's own decoder. */
  private EmbeddedChannel webSocket() {
    EmbeddedChannel made = new EmbeddedChannel();
    made.freezeTime();
    made.pipeline().addLast("httpDecoder", new ChannelInboundHandlerAdapter());
    made.pipeline().addLast("handler", new ChannelInboundHandlerAdapter());
    WebSocketLimit.guard(made.pipeline().context("handler"), pending);
    WebSocketDecoderConfig config =
        WebSocketDecoderConfig.newBuilder().maxFramePayloadLength(2 << 20).build();
    made.pipeline().replace("httpDecoder", "wsdecoder", new WebSocket13FrameDecoder(config));
    return made;
  }

  /** A frame as a client sends it, of which only so much of the payload comes. */
  private static ByteBuf frame(boolean last, int opcode, int payload, int sent) {
    ByteBuf frame = Unpooled.buffer();
    frame.writeByte((last ? 0x80 : 0) | opcode);
    if (payload < 126) {
      frame.writeByte(0x80 | payload);
    } else if (payload < 65_536) {
      frame.writeByte(0x80 | 126).writeShort(payload);
    } else {
      frame.writeByte(0x80 | 127).writeLong(payload);
    }
    return frame.writeInt(0).writeZero(sent);
  }

  private void pass(long ms) {
    channel.advanceTimeBy(ms, TimeUnit.MILLISECONDS);
    channel.runScheduledPendingTasks();
  }

  @Test
  void wholeMessagesLeaveNothingBehind() {
    for (int i = 0; i < 5; i++) {
      channel.writeInbound(frame(false, TEXT, 5000, 5000));
      assertEquals(5008, pending.bytes());
      channel.writeInbound(frame(true, PING, 7, 7));
      assertEquals(5008, pending.bytes(), "a ping in between ends no message");
      pass(PendingInput.PATIENCE_MS - 1);
      channel.writeInbound(frame(true, CONTINUATION, 1, 1));
      assertEquals(0, pending.bytes());
    }
    channel.writeInbound(frame(true, PING, 0, 0));
    assertEquals(0, pending.bytes());
    pass(10 * PendingInput.PATIENCE_MS);
    assertTrue(channel.isOpen(), "nothing is under way");
    channel.finishAndReleaseAll();
  }

  @Test
  void halfAMessageIsNotKeptHoweverItsBytesCome() {
    channel.writeInbound(frame(false, TEXT, 100, 100));
    for (int i = 0; i < 5; i++) {
      pass(PendingInput.PATIENCE_MS / 5 - 1);
      channel.writeInbound(frame(true, PING, 1, 1), frame(false, CONTINUATION, 1, 1));
      assertTrue(channel.isOpen());
    }
    pass(5);
    assertFalse(channel.isOpen());
    assertEquals(0, pending.bytes());
    channel.finishAndReleaseAll();
  }

  /** Halves of frames, which the decoder keeps, and of messages, which the server gathers. */
  @Test
  void whoFindsNoRoomIsClosedAndTheOthersAreNot() {
    int each = 1 << 20;
    int fit = (int) (PendingInput.MAX_BYTES / (each + 14));
    List<EmbeddedChannel> all = new ArrayList<>();
    for (int i = 0; i <= fit; i++) {
      EmbeddedChannel one = webSocket();
      one.writeInbound(frame(false, TEXT, i % 2 == 0 ? each : each + 1, each));
      assertEquals(i < fit, one.isOpen(), "number " + i);
      all.add(one);
    }
    all.forEach(EmbeddedChannel::finishAndReleaseAll);
    assertEquals(0, pending.bytes());
  }
}
