package org.quorate.client.net;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.internal.buffer.BufferInternal;
import io.vertx.core.net.NetSocket;
import org.quorate.api.Bytes;
import org.quorate.api.protocol.FrameReader;
import org.quorate.api.protocol.Frames;
import org.quorate.api.wire.Encoder;
import org.quorate.api.wire.MalformedException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A socket that carries frames. Everything on its loop. What is written in one turn of the loop
 * leaves as one buffer at the end of the turn, so a lone frame is not delayed and many share a
 * system call.
 */
public final class FramedSocket {
  /** Takes what happens. */
  public interface Handler {
    /**
     * A whole frame with a good checksum. A {@link MalformedException} closes the socket; so does
     * whatever else it throws, which is logged: no other socket is concerned.
     */
    void frame(int kind, Bytes body);

    /** The last call; the socket is closed, by whom ever. */
    void closed(String why, boolean malformed);
  }

  private static final Logger LOG = LoggerFactory.getLogger(FramedSocket.class);
  private static final int FLUSH_AT = 256 << 10;
  private static final int SMALLEST = 1 << 10;

  private final Loop loop;
  private final NetSocket socket;
  private final FrameReader reader;
  private Handler handler;
  private Encoder out = new Encoder(SMALLEST);
  private int frameAt = -1;
  private int lastFlush = SMALLEST;
  private boolean flushing;
  private long pending;
  private long framesIn;
  private long taken;
  private boolean closed;

  /** Takes over a socket that was opened on this loop. */
  public FramedSocket(Loop loop, NetSocket socket, int maxFrame, Handler handler) {
    this.loop = loop;
    this.socket = socket;
    this.reader = new FrameReader(maxFrame);
    this.handler = handler;
    socket.handler(this::read);
    socket.closeHandler(v -> ended("connection closed by the other side", false));
    socket.exceptionHandler(e -> ended(String.valueOf(e.getMessage()), false));
  }

  private void read(Buffer buffer) {
    if (closed) {
      return;
    }
    ByteBuf bytes = ((BufferInternal) buffer).getByteBuf();
    byte[] array;
    int from;
    if (bytes.hasArray()) {
      array = bytes.array();
      from = bytes.arrayOffset() + bytes.readerIndex();
    } else {
      array = buffer.getBytes();
      from = 0;
    }
    try {
      reader.feed(array, from, from + buffer.length(), this::frame);
    } catch (MalformedException e) {
      ended(e.getMessage(), true);
    } catch (RuntimeException | Error e) {
      failed(e);
    }
  }

  /** The frames behind this one are lost: the other side has to hear of it, or it waits in vain. */
  private void failed(Throwable e) {
    LOG.error("closed the connection with {}: its handler failed", remote(), e);
    if (frameAt >= 0) {
      frameAt = -1;
      out = new Encoder(SMALLEST);
    }
    ended("its handler failed: " + e, false);
  }

  private void frame(int kind, Bytes body) {
    framesIn++;
    if (!closed) {
      handler.frame(kind, body);
    }
  }

  /** Begins a frame; its body goes into the encoder given, then call {@link #end}. */
  public Encoder begin(int kind) {
    if (frameAt >= 0) {
      throw new IllegalStateException("a frame is open");
    }
    frameAt = Frames.begin(out, kind);
    return out;
  }

  /** Ends the frame begun last; it leaves with the end of this turn. */
  public void end() {
    Frames.end(out, frameAt);
    frameAt = -1;
    if (closed) {
      out = new Encoder(SMALLEST);
    } else if (out.size() >= FLUSH_AT) {
      flush();
    } else if (!flushing) {
      flushing = true;
      loop.execute(this::flushTurn);
    }
  }

  private void flushTurn() {
    flushing = false;
    flush();
  }

  private void flush() {
    int size = out.size();
    if (size == 0 || closed) {
      return;
    }
    ByteBuf bytes = Unpooled.wrappedBuffer(out.array(), 0, size);
    lastFlush = Math.max(SMALLEST, Math.min(FLUSH_AT, Math.max(size, lastFlush / 2)));
    out = new Encoder(lastFlush + (lastFlush >> 2));
    pending += size;
    socket
        .write(BufferInternal.buffer(bytes))
        .onComplete(
            done -> {
              pending -= size;
              taken += size;
              if (done.failed()) {
                ended(String.valueOf(done.cause().getMessage()), false);
              }
            });
  }

  /** Bytes written but not yet taken by the operating system. */
  public long pendingBytes() {
    return pending + out.size();
  }

  /** Bytes that the operating system has taken so far. */
  public long taken() {
    return taken;
  }

  /** Frames read so far: whoever looks twice knows whether the other side lives. */
  public long framesIn() {
    return framesIn;
  }

  /** Bytes held of a frame that has not arrived whole. */
  public int held() {
    return reader.held();
  }

  /** Stops reading: the sender feels it through TCP. */
  public void pause() {
    socket.pause();
  }

  public void resume() {
    socket.resume();
  }

  public boolean isClosed() {
    return closed;
  }

  /** host:port of the other side. */
  public String remote() {
    return socket.remoteAddress() == null ? "?" : socket.remoteAddress().toString();
  }

  /** Sends what was written and closes; the handler is told. */
  public void close(String why) {
    flush();
    ended(why, false);
  }

  private void ended(String why, boolean malformed) {
    if (closed) {
      return;
    }
    closed = true;
    socket.close();
    handler.closed(why, malformed);
  }

  /** Gives what comes from now on to another handler: after a handshake. */
  public void handler(Handler next) {
    handler = next;
  }

  /** Takes frames up to another length from now on: after a handshake. */
  public void maxFrame(int bytes) {
    reader.maxFrame(bytes);
  }
}
