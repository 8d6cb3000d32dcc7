package org.quorate.raft;

import org.quorate.tck.protocol.TranscriptContract;

class TranscriptTest extends TranscriptContract {
  @Override
  protected RaftCommands commands() {
    return new RaftCommands(Rules.SOUND);
  }
}
