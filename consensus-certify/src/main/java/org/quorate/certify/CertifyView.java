package org.quorate.certify;

import org.quorate.api.Bytes;
import org.quorate.api.NodeId;
import org.quorate.spi.consensus.Membership;

/** Read-only sight of a node's state, for invariants and tests; valid between steps. */
public final class CertifyView {
  private final Certify certify;

  CertifyView(Certify certify) {
    this.certify = certify;
  }

  public long storeId() {
    return certify.self.storeId();
  }

  public long incarnation() {
    return certify.hard.incarnation();
  }

  public boolean sequences() {
    return certify.sequencing() != null && certify.halted() == null;
  }

  /** Whether all that was stable before the view is in its log. */
  public boolean installed() {
    return certify.installed();
  }

  /** Whether a slot of its view is stable. */
  public boolean established() {
    return view().equals(view(stable()));
  }

  public boolean primary() {
    return certify.primary();
  }

  /** Why it stopped, or null. */
  public String halted() {
    return certify.halted();
  }

  /** The view it promised. */
  public View view() {
    return certify.view();
  }

  /** The promise that a restart would find at least. */
  public View durableView() {
    return certify.hard.durablePromised();
  }

  public NodeId sequencer() {
    return certify.sequencer;
  }

  public long stable() {
    return certify.stable();
  }

  public long delivered() {
    return certify.delivering.delivered();
  }

  /** Slot before the first one in memory. */
  public long base() {
    return certify.log.base();
  }

  public long last() {
    return certify.log.last();
  }

  /** Up to here no payload is missing. */
  public long complete() {
    return certify.log.complete();
  }

  /** The log up to here is the promised view's. */
  public long matched() {
    return certify.matched();
  }

  /** The view that ordered a slot; null below base and above last. */
  public View view(long slot) {
    return certify.log.view(slot);
  }

  /** Whether the slot holds a submitted payload. */
  public boolean isPayload(long slot) {
    return certify.log.entry(slot).isPayload();
  }

  /** Whether a slot holds the order of a payload alone, or misses its payload. */
  public boolean bare(long slot) {
    Entry e = certify.log.entry(slot);
    return e.kind == Entry.BARE || e.body() == null;
  }

  /** Whether a slot is stable only with a majority of those that keep payload. */
  public boolean needsKeepers(long slot) {
    return certify.log.entry(slot).needsKeepers();
  }

  /** What a slot holds, in a word: a message id, or what kind of record else. */
  public String word(long slot) {
    return certify.log.entry(slot).word();
  }

  /** Store of a payload's origin. */
  public long origin(long slot) {
    return certify.log.entry(slot).store;
  }

  /** Start of a payload's origin. */
  public long originIncarnation(long slot) {
    return certify.log.entry(slot).incarnation;
  }

  /** Counter of a payload. */
  public long counter(long slot) {
    return certify.log.entry(slot).counter;
  }

  /** The payload or other content of a slot; null while it is missing. */
  public Bytes body(long slot) {
    return certify.log.entry(slot).body();
  }

  /** The log up to here is known to be on disk. */
  public long durable() {
    return certify.disk.durable();
  }

  /** The membership in force, stable or not. */
  public Membership membership() {
    return certify.configs.current();
  }

  /** The membership in force at a slot from base on. */
  public Membership membership(long slot) {
    return certify.configs.at(slot);
  }

  /** Memberships in the log that are not known stable here. */
  public int unsettledMemberships() {
    return certify.configs.after(certify.stable());
  }
}
