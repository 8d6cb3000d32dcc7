package org.quorate.management;

import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelPipeline;
import io.netty.handler.codec.http.websocketx.BinaryWebSocketFrame;
import io.netty.handler.codec.http.websocketx.ContinuationWebSocketFrame;
import io.netty.handler.codec.http.websocketx.TextWebSocketFrame;
import io.netty.handler.codec.http.websocketx.WebSocketFrame;
import io.netty.util.ReferenceCountUtil;

/**
 * Bounds what a WebSocket has sent of a message that is not complete, as {@link FrameLimit} does for
 * the bridge. It stands at two places: bytes are counted as they come in, and a message that comes out
 * of the decoder takes them back; so whatever is kept in between counts.
 */
final class WebSocketLimit {
  private static final String BYTES = "webSocketBytes";
  private static final String DECODER = "wsdecoder"; // as Netty names it, behind the handshake

  /** Of a control frame, as clients send them: all but its payload. */
  private static final int CONTROL_HEAD = 6;

  private final Unfinished unfinished;
  private long gathered;

  private WebSocketLimit(PendingInput pending) {
    unfinished = new Unfinished(pending);
  }

  /**
   * Watches over a connection that wants to become a WebSocket.
   *
   * @param pending of all connections of the port
   */
  static void guard(ChannelHandlerContext connection, PendingInput pending) {
    ChannelPipeline pipeline = connection.pipeline();
    if (pipeline.get(BYTES) == null) {
      WebSocketLimit limit = new WebSocketLimit(pending);
      pipeline.addBefore("httpDecoder", BYTES, limit.new Bytes());
      pipeline.addBefore(connection.name(), "webSocketMessages", limit.new Messages());
    }
  }

  private boolean hold(ChannelHandlerContext context) {
    return unfinished.is(gathered, context);
  }

  /** Before the decoder. */
  private final class Bytes extends ChannelInboundHandlerAdapter {
    @Override
    public void channelRead(ChannelHandlerContext context, Object message) throws Exception {
      if (message instanceof ByteBuf bytes && context.pipeline().get(DECODER) != null) {
        gathered += bytes.readableBytes();
        if (!hold(context)) {
          ReferenceCountUtil.release(message);
          context.close();
          return;
        }
      }
      super.channelRead(context, message);
    }

    @Override
    public void channelInactive(ChannelHandlerContext context) throws Exception {
      gathered = 0;
      hold(context);
      super.channelInactive(context);
    }
  }

  /** Behind it. */
  private final class Messages extends ChannelInboundHandlerAdapter {
    @Override
    public void channelRead(ChannelHandlerContext context, Object message) throws Exception {
      if (message instanceof WebSocketFrame frame) {
        boolean data =
            frame instanceof TextWebSocketFrame
                || frame instanceof BinaryWebSocketFrame
                || frame instanceof ContinuationWebSocketFrame;
        if (!data) {
          gathered = Math.max(0, gathered - CONTROL_HEAD - frame.content().readableBytes());
        } else if (frame.isFinalFragment()) {
          gathered = 0;
          unfinished.completed();
        }
        hold(context);
      }
      super.channelRead(context, message);
    }
  }
}
