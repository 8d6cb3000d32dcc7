package org.example.tutorial;

import org.quorate.spi.consensus.Member;

/** What a leader knows of another member. At most one message of values is on its way to it. */
final class Peer {
  Member member;

  /** The first slot it may lack. */
  long next;

  /** It has all up to here, from this leader and on disk. */
  long match;

  /** Memberships decided up to here it knows for good. */
  long knows;

  /** It is to say what it has. */
  boolean probe = true;

  /** Since when a message of values is on its way; -1 for none. */
  long sentMs = -1;

  /** A snapshot is on its way. */
  boolean snapshot;

  /** It was told that all up to here is decided. */
  long told;

  long heardMs;

  /** The highest round of reads in which it had promised no higher ballot. */
  long round;

  Peer(Member member, long next, long nowMs) {
    this.member = member;
    this.next = next;
    heardMs = nowMs;
  }

  /** The same store in another role. */
  Peer as(Member other) {
    member = other;
    return this;
  }

  @Override
  public String toString() {
    return "match=" + match + (snapshot ? " snapshot" : "");
  }
}
