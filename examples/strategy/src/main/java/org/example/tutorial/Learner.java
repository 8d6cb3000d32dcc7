package org.example.tutorial;

import org.quorate.api.Bytes;
import org.quorate.api.wire.Decoder;
import org.quorate.api.wire.Encoder;
import org.quorate.api.wire.MalformedException;
import org.quorate.spi.consensus.Configurations;
import org.quorate.spi.consensus.Effects;
import org.quorate.spi.consensus.LinkContext;
import org.quorate.spi.consensus.Membership;

/**
 * What is decided, in order, and the membership that follows from it. A membership that is decided in
 * a slot counts from the next slot on, and nothing is proposed behind it before it is decided: so
 * whoever knows what is decided up to a slot knows who votes on the next one.
 */
final class Learner {
  private static final int FORMAT = 1;

  private final Acceptor acceptor;
  private final Configurations memberships;
  private long decided;

  /**
   * Begins where the state is.
   *
   * @throws IllegalStateException if the state came without its membership
   */
  Learner(LinkContext link, Acceptor acceptor) {
    this.acceptor = acceptor;
    decided = link.recovered().applied();
    if (decided > 0 && link.recovered().linkState() == null) {
      throw new IllegalStateException("state at " + decided + " without its link state");
    }
    memberships =
        new Configurations(
            decided, decided == 0 ? link.genesis() : decode(link.recovered().linkState()));
  }

  /** All slots up to this one are decided and delivered. */
  long decided() {
    return decided;
  }

  /** Who votes on the slot after {@link #decided()}. */
  Membership membership() {
    return memberships.current();
  }

  /** Slot of the value that made the current membership. */
  long membershipSlot() {
    return memberships.index();
  }

  /** Delivers what is decided now; the acceptor has it all. */
  void decide(long upTo, Effects out) {
    while (decided < upTo) {
      decided++;
      Entry entry = acceptor.entry(decided);
      switch (entry.kind()) {
        case PAYLOAD -> out.deliver(decided, entry.content());
        case SEAL -> {
          // One that a deposed leader proposed and a later one found may be out of date.
          if (entry.version() == membership().version()) {
            out.deliver(decided, entry.content());
          } else {
            out.decided(decided);
          }
        }
        case MEMBERSHIP -> {
          memberships.add(decided, entry.membership());
          out.membership(membership(), decided);
          out.decided(decided);
        }
        default -> throw new IllegalStateException("entry " + entry);
      }
    }
  }

  /** A snapshot stands for all slots up to one. */
  void installed(long inner, Bytes linkState, Effects out) {
    memberships.reset(inner, decode(linkState));
    decided = inner;
    out.membership(membership(), inner);
  }

  void forget(long upTo) {
    memberships.dropTo(upTo);
  }

  /** What a snapshot at a slot has to carry: the membership that votes on the next one. */
  Bytes linkState(long inner) {
    Encoder out = new Encoder().u8(FORMAT);
    memberships.at(inner).encode(out);
    return out.take();
  }

  private static Membership decode(Bytes linkState) {
    Decoder in = new Decoder(linkState);
    int format = in.u8();
    if (format != FORMAT) {
      throw new MalformedException("link state of format " + format, 0);
    }
    Membership membership = Entry.membership(in);
    in.end();
    return membership;
  }
}
