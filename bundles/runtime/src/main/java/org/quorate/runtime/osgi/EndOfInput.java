package org.quorate.runtime.osgi;

import java.io.IOException;
import java.io.OutputStream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Ends the process when its standard input ends, at once and without a clean stop: a node that is of use
 * only to who started it goes with him, also where he was killed.
 */
final class EndOfInput {
  private static final Logger LOG = LoggerFactory.getLogger(EndOfInput.class);

  private EndOfInput() {}

  static void endsTheProcess() {
    Thread thread = new Thread(EndOfInput::await, "quorate-until-eof");
    thread.setDaemon(true);
    thread.start();
  }

  private static void await() {
    try {
      System.in.transferTo(OutputStream.nullOutputStream());
    } catch (IOException e) {
      LOG.debug("standard input", e);
    }
    LOG.info("standard input has ended, and with it this process (quorate.until.eof)");
    Runtime.getRuntime().halt(0);
  }
}
