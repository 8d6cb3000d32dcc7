package org.quorate.management;

import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.util.ReferenceCountUtil;

/**
 * Closes a connection whose next frame announces an impossible length, is not there in time, or finds
 * no room beside the halves of others. The bridge's own parser has no limit: four random bytes would
 * make it collect gigabytes, and half a frame would be kept as long as its connection.
 */
final class FrameLimit extends ChannelInboundHandlerAdapter {
  private final int maxBytes;
  private final Unfinished unfinished;
  private int headerBytes;
  private int length;
  private int bodyLeft;

  /** Of the frame that has begun and is not complete. */
  private int gathered;

  /**
   * For one connection.
   *
   * @param pending of all connections of the port
   */
  FrameLimit(int maxBytes, PendingInput pending) {
    this.maxBytes = maxBytes;
    this.unfinished = new Unfinished(pending);
  }

  @Override
  public void channelRead(ChannelHandlerContext context, Object message) throws Exception {
    if (message instanceof ByteBuf bytes
        && !(plausible(bytes) && unfinished.is(gathered, context))) {
      ReferenceCountUtil.release(message);
      context.close();
      return;
    }
    super.channelRead(context, message);
  }

  @Override
  public void channelInactive(ChannelHandlerContext context) throws Exception {
    gathered = 0;
    unfinished.is(0, context);
    super.channelInactive(context);
  }

  /** Walks over the frames without consuming the buffer. */
  private boolean plausible(ByteBuf bytes) {
    int at = bytes.readerIndex();
    while (at < bytes.writerIndex()) {
      if (bodyLeft > 0) {
        int skipped = Math.min(bodyLeft, bytes.writerIndex() - at);
        bodyLeft -= skipped;
        at += skipped;
        gathered += skipped;
        if (bodyLeft == 0) {
          gathered = 0;
          unfinished.completed();
        }
        continue;
      }
      length = length << 8 | bytes.getUnsignedByte(at++);
      gathered++;
      if (++headerBytes == Integer.BYTES) {
        if (length <= 0 || length > maxBytes) {
          return false;
        }
        bodyLeft = length;
        headerBytes = 0;
        length = 0;
      }
    }
    return true;
  }
}
