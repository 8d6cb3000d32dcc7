package org.quorate.coordinator.swap;

import java.util.ArrayList;
import java.util.List;
import org.quorate.api.Bytes;
import org.quorate.api.wire.Decoder;
import org.quorate.api.wire.Encoder;
import org.quorate.spi.coordination.FencingToken;

/**
 * The last swap of a coordinator, or the one under way: what all nodes go by.
 *
 * @param number counts a coordinator's swaps, from 1
 * @param from place of the provider before; {@code to} that of the target
 * @param fromEpoch epoch of the fencing tokens of the provider before
 * @param toEpoch likewise of the target, higher than all before
 * @param acceptLoss whether the target may lack capabilities
 * @param sealedAt the last revision of the provider before, 0 while it is not taken
 * @param begunAt the revision that the target had come to when it had taken all, likewise
 * @param why it was given up, "" if it was not
 * @param by who wanted it; {@code atMs} when, milliseconds since 1970 by that node's clock
 * @param left places that may have something of a swap and do not serve: the target before it does, those
 *     of swaps that were given up until they are emptied
 * @param fence epoch of the tokens by which places are changed, if it is higher than that of the lock's
 */
public record SwapRecord(
    long number,
    SwapPhase phase,
    String from,
    String to,
    long fromEpoch,
    long toEpoch,
    boolean acceptLoss,
    long sealedAt,
    long begunAt,
    String why,
    String by,
    long atMs,
    List<String> left,
    long fence) {
  /** Where all is that no swap has moved. */
  public static final long FIRST_EPOCH = 1;

  /** The place that serves. */
  public String serving() {
    return phase.isSwitched() ? to : from;
  }

  /** The epoch of the one that serves. */
  public long epoch() {
    return phase.isSwitched() ? toEpoch : fromEpoch;
  }

  /** What the seal of the place before says. */
  String sealing() {
    return "swap " + number + " moves it to '" + to + "'";
  }

  /** What it says when the target has all. */
  String leaving() {
    return "moved to '" + to + "'";
  }

  SwapRecord with(SwapPhase next) {
    return with(next, why);
  }

  SwapRecord with(SwapPhase next, String reason) {
    return changed(next, reason, left);
  }

  private SwapRecord changed(SwapPhase next, String reason, List<String> toBeEmptied) {
    return new SwapRecord(
        number,
        next,
        from,
        to,
        fromEpoch,
        toEpoch,
        acceptLoss,
        sealedAt,
        begunAt,
        reason,
        by,
        atMs,
        toBeEmptied,
        fence);
  }

  /** Something may be at the target from now on. */
  SwapRecord copying() {
    List<String> places = new ArrayList<>(left);
    places.add(to);
    return changed(phase, why, places);
  }

  /** Whether something may be at the target. */
  boolean isCopying() {
    return left.contains(to);
  }

  /** Nothing is left at a place, or it serves. */
  SwapRecord without(String place) {
    return changed(phase, why, left.stream().filter(each -> !each.equals(place)).toList());
  }

  SwapRecord taken(long atSeal, long atTarget) {
    return new SwapRecord(
        number,
        SwapPhase.TAKEN,
        from,
        to,
        fromEpoch,
        toEpoch,
        acceptLoss,
        atSeal,
        atTarget,
        why,
        by,
        atMs,
        left,
        fence);
  }

  /** Places are changed by tokens of that epoch from now on. */
  SwapRecord fenced(long epoch) {
    return new SwapRecord(
        number,
        phase,
        from,
        to,
        fromEpoch,
        toEpoch,
        acceptLoss,
        sealedAt,
        begunAt,
        why,
        by,
        atMs,
        left,
        epoch);
  }

  /**
   * The token by which who holds the lock of the swaps changes a place: higher than those of all who held it
   * before, also if the lock's own begin low again.
   */
  FencingToken token(FencingToken lock) {
    return fence > lock.epoch() ? new FencingToken(fence, lock.counter()) : lock;
  }

  Bytes encode() {
    Encoder out = new Encoder();
    out.varint(number)
        .text(phase.name())
        .text(from)
        .text(to)
        .varint(fromEpoch)
        .varint(toEpoch)
        .u8(acceptLoss ? 1 : 0)
        .varint(sealedAt)
        .varint(begunAt)
        .text(why)
        .text(by)
        .varint(atMs)
        .list(left, Encoder::text)
        .varint(fence);
    return out.take();
  }

  static SwapRecord decode(Bytes bytes) {
    Decoder in = new Decoder(bytes);
    return new SwapRecord(
        in.varint(),
        SwapPhase.valueOf(in.text()),
        in.text(),
        in.text(),
        in.varint(),
        in.varint(),
        in.u8() == 1,
        in.varint(),
        in.varint(),
        in.text(),
        in.text(),
        in.varint(),
        in.remaining() == 0 ? List.of() : in.list(Decoder::text),
        in.remaining() == 0 ? 0 : in.varint());
  }
}
