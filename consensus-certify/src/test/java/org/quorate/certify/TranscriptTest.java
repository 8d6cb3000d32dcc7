package org.quorate.certify;

import org.quorate.tck.protocol.TranscriptContract;

class TranscriptTest extends TranscriptContract {
  @Override
  protected CertifyCommands commands() {
    return new CertifyCommands();
  }
}
