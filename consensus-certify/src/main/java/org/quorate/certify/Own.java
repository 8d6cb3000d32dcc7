package org.quorate.certify;

import java.util.ArrayList;
import java.util.List;
import org.quorate.api.Bytes;
import org.quorate.certify.CertifyMessage.Payloads;
import org.quorate.spi.consensus.Refusal;
import org.quorate.spi.consensus.Role;
import org.quorate.spi.consensus.Submission;
import org.quorate.spi.transport.Lane;

/**
 * What this node submitted in this start and has not seen delivered: a ring by counter. It sends its
 * payloads to everyone itself, and again, under the same message ids, what a view change or the
 * network lost. [volatile]
 */
final class Own {
  private final Certify certify;
  private Submission[] ring = new Submission[64];
  private long first = 1; // oldest that is not delivered
  private long next = 1;
  private long sent; // last one that was sent to the others
  private long bytes;
  private long progress; // last counter that was seen ordered
  private long progressMs;

  Own(Certify certify) {
    this.certify = certify;
  }

  long bytes() {
    return bytes;
  }

  int count() {
    return (int) (next - first);
  }

  private Submission at(long counter) {
    return ring[(int) counter & ring.length - 1];
  }

  /** The payload, if it is one of these. */
  Bytes get(Entry e) {
    boolean mine =
        e.store == certify.self.storeId()
            && e.incarnation == certify.hard.incarnation()
            && e.counter >= first
            && e.counter < next;
    return mine ? at(e.counter).payload() : null;
  }

  void submit(Submission submission) {
    if (next - first == ring.length) {
      grow();
    }
    ring[(int) next & ring.length - 1] = submission;
    next++;
    bytes += submission.payload().length();
    if (certify.sequencing() != null) {
      orderAll();
    }
  }

  private void grow() {
    Submission[] wider = new Submission[ring.length * 2];
    for (long c = first; c < next; c++) {
      wider[(int) c & wider.length - 1] = at(c);
    }
    ring = wider;
  }

  /** Counter of the last one that the log holds. */
  private long ordered() {
    return Math.max(
        first - 1, certify.mids.counter(certify.self.storeId(), certify.hard.incarnation()));
  }

  /** This node is the sequencer: what is not in its log goes there. */
  void orderAll() {
    if (certify.listed() != Role.VOTER) {
      return;
    }
    for (long c = ordered() + 1; c < next; c++) {
      certify.append(
          Entry.payload(
              certify.view(),
              certify.self.storeId(),
              certify.hard.incarnation(),
              c,
              at(c).payload()));
    }
    sent = next - 1; // goes with the order records
  }

  /** Another view: what its log does not have is sent again. */
  void resend() {
    if (!certify.rules.keepsMessageIds()) {
      for (long c = ordered() + 1, end = next; c < end; c++) {
        submit(at(c));
      }
    }
    sent = Math.min(sent, ordered());
    progressMs = certify.timers.nowMs();
  }

  void tick() {
    if (sent < first || certify.sequencing() != null) {
      return;
    }
    long now = certify.timers.nowMs();
    if (ordered() > progress || ordered() == sent) {
      progress = ordered();
      progressMs = now;
    } else if (now - progressMs >= certify.options.heartbeatMs() && certify.hard.mayOriginate()) {
      progressMs = now;
      sendFrom(ordered() + 1); // what follows may have arrived
    }
  }

  /** At the end of a step: what is new, to all who keep payload. */
  void send() {
    if (sent + 1 >= next || !certify.hard.mayOriginate() || certify.sequencing() != null) {
      return;
    }
    if (sent <= ordered()) {
      sent = ordered();
      progress = sent;
      progressMs = certify.timers.nowMs();
    }
    while (sent + 1 < next) {
      sent = sendFrom(sent + 1);
    }
  }

  /** One message; returns the last counter in it. */
  private long sendFrom(long from) {
    List<Bytes> batch = new ArrayList<>();
    long room = certify.options.batchBytes();
    long last = from - 1;
    while (last + 1 < next && (batch.isEmpty() || room >= at(last + 1).payload().length())) {
      Bytes payload = at(++last).payload();
      room -= payload.length();
      batch.add(payload);
    }
    Payloads message =
        new Payloads(certify.self.storeId(), certify.hard.incarnation(), from, batch);
    for (Peer p : certify.peers.all()) {
      if (p.role != Role.WITNESS) {
        certify.out.send(p.node, Lane.DATA, message);
      }
    }
    return last;
  }

  void delivered(Entry e) {
    if (e.store == certify.self.storeId() && e.incarnation == certify.hard.incarnation()) {
      dropTo(e.counter);
    }
  }

  private void dropTo(long counter) {
    while (first <= counter && first < next) {
      int at = (int) first & ring.length - 1;
      bytes -= ring[at].payload().length();
      ring[at] = null;
      first++;
    }
    sent = Math.max(sent, first - 1);
  }

  /** A snapshot stands for what was ordered up to here: these outcomes are not learned. */
  void skipped(MidTable at) {
    long counter = at.counter(certify.self.storeId(), certify.hard.incarnation());
    for (long c = first; c <= counter && c < next; c++) {
      certify.out.refuse(at(c), new Refusal.FateUnknown(certify.sequencer));
    }
    dropTo(counter);
  }
}
