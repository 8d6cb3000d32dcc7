package org.quorate.management;

import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.util.ReferenceCountUtil;

/**
 * Closes a connection whose next frame announces an impossible length. The bridge's own parser has
 * no limit: four random bytes would make it collect gigabytes.
 */
final class FrameLimit extends ChannelInboundHandlerAdapter {
  private final int maxBytes;
  private int headerBytes;
  private int length;
  private int bodyLeft;

  FrameLimit(int maxBytes) {
    this.maxBytes = maxBytes;
  }

  @Override
  public void channelRead(ChannelHandlerContext context, Object message) throws Exception {
    if (message instanceof ByteBuf bytes && !plausible(bytes)) {
      ReferenceCountUtil.release(message);
      context.close();
      return;
    }
    super.channelRead(context, message);
  }

  /** Walks over the frames without consuming the buffer. */
  private boolean plausible(ByteBuf bytes) {
    int at = bytes.readerIndex();
    while (at < bytes.writerIndex()) {
      if (bodyLeft > 0) {
        int skipped = Math.min(bodyLeft, bytes.writerIndex() - at);
        bodyLeft -= skipped;
        at += skipped;
        continue;
      }
      length = length << 8 | bytes.getUnsignedByte(at++);
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
