package org.example.tutorial;

import org.quorate.api.NodeId;
import org.quorate.spi.consensus.Effects;
import org.quorate.spi.consensus.Event;
import org.quorate.spi.consensus.Refusal;

/** What a node answers that does not lead. */
final class NotLeading {
  private NotLeading() {}

  /**
   * Refuses what only a leader does.
   *
   * @param leader who leads, or null while nobody is known
   */
  static void refuse(Event event, NodeId leader, Effects out) {
    Refusal why = new Refusal.NotProposer(leader);
    if (event instanceof Event.Submitted e) {
      e.submissions().forEach(submission -> out.refuse(submission, why));
    } else if (event instanceof Event.ReadTail e) {
      out.refuse(e.request(), why);
    } else if (event instanceof Event.Seal e) {
      out.answer(e.ticket(), why);
    } else if (event instanceof Event.Configure e) {
      out.answer(e.ticket(), why);
    } else if (event instanceof Event.HandOver e) {
      out.answer(e.ticket(), why);
    } else {
      throw new IllegalArgumentException("event " + event);
    }
  }
}
