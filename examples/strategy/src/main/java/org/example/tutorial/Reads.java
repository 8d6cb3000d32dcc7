package org.example.tutorial;

import java.util.ArrayDeque;
import org.quorate.api.NodeId;
import org.quorate.spi.consensus.Effects;
import org.quorate.spi.consensus.Refusal;
import org.quorate.spi.consensus.TailRequest;

/**
 * Questions for the tail. Each waits until a quorum has said, after it came, that it has promised no
 * higher ballot: so nobody else had led and acknowledged anything when it came.
 */
final class Reads {
  private record Read(TailRequest request, long round, long inner) {}

  private final ArrayDeque<Read> waiting = new ArrayDeque<>();
  private long round;
  private boolean asking; // some came since the last round

  /**
   * One more.
   *
   * @param inner what may have been acknowledged when it came
   */
  void add(TailRequest request, long inner) {
    asking = true;
    waiting.add(new Read(request, round + 1, inner));
  }

  /** Whether a new round is to be asked for. */
  boolean begin() {
    boolean begin = asking;
    asking = false;
    if (begin) {
      round++;
    }
    return begin;
  }

  /** The newest round. */
  long round() {
    return round;
  }

  boolean isEmpty() {
    return waiting.isEmpty();
  }

  /** A quorum has answered all rounds up to one. */
  void confirmed(long upTo, Effects out) {
    while (!waiting.isEmpty() && waiting.peek().round() <= upTo) {
      Read read = waiting.poll();
      out.tail(read.request(), read.inner());
    }
  }

  void giveUp(NodeId hint, Effects out) {
    waiting.forEach(read -> out.refuse(read.request(), new Refusal.NotProposer(hint)));
    waiting.clear();
  }
}
