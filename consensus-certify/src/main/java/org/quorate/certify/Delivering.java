package org.quorate.certify;

/** Hands stable slots to the virtual log, in order, each once. */
final class Delivering {
  private final Certify certify;
  private final MidTable mids; // [derived] messages up to delivered
  private final MidTable atBase; // [derived] messages up to baseAt, for link states below delivered
  private long baseAt;
  private long delivered; // [volatile] at most stable

  Delivering(Certify certify, long delivered, MidTable mids) {
    this.certify = certify;
    this.delivered = delivered;
    this.mids = mids;
    atBase = mids.copy();
    baseAt = delivered;
  }

  long delivered() {
    return delivered;
  }

  MidTable mids() {
    return mids;
  }

  void skipTo(long slot, MidTable at) {
    delivered = slot;
    mids.set(at);
    atBase.set(at);
    baseAt = slot;
  }

  /** Link states below a slot are asked for no more. */
  void dropTo(long slot) {
    if (slot > baseAt) {
      atBase.note(certify.log, baseAt, slot, mids);
      baseAt = slot;
    }
  }

  /** The messages up to a slot from what is dropped to what is delivered; null outside of it. */
  MidTable at(long slot) {
    if (slot == delivered) {
      return mids;
    }
    if (slot < baseAt || slot > delivered) {
      return null;
    }
    MidTable table = atBase.copy();
    table.note(certify.log, baseAt, slot, mids);
    return table;
  }

  void run() {
    long to = Math.min(certify.stable(), certify.log.complete());
    if (delivered >= to) {
      return;
    }
    boolean silent = false;
    for (long slot = delivered + 1; slot <= to; slot++) {
      Entry e = certify.log.entry(slot);
      silent = e.kind != Entry.PAYLOAD && e.kind != Entry.SEAL;
      if (!silent) {
        certify.out.deliver(slot, e.content());
      }
      if (e.isPayload()) {
        mids.note(e);
        certify.pool.delivered(e);
        certify.own.delivered(e);
      }
    }
    delivered = to;
    if (silent) {
      certify.out.decided(to);
    }
  }
}
