package org.quorate.certify;

import org.quorate.tck.protocol.TranscriptCommands;

/** Transcripts of certify: "propose" is submitting, "campaign" is waiting until it canvasses. */
final class CertifyCommands extends TranscriptCommands<TestNode> {
  CertifyCommands() {
    super(new TestCluster(7));
  }

  @Override
  protected String status(TestNode n) {
    CertifyView v = n.view();
    return n.loglet.status().role()
        + " "
        + n.loglet.status().details().get("part")
        + " v"
        + Words.view(v.view())
        + " sequencer "
        + (v.sequencer() == null ? "-" : v.sequencer())
        + " stable "
        + v.stable()
        + " durable "
        + v.durable()
        + " log "
        + Words.log(n.loglet);
  }

  @Override
  protected boolean campaigns(TestNode n) {
    return n.loglet.status().details().get("part").matches("canvasser|proposer");
  }

  @Override
  protected String filler(int number, int bytes) {
    return "f" + number + "x".repeat(bytes); // no payload stands at two slots
  }
}
