package org.quorate.coordinator.zk;

import java.nio.charset.StandardCharsets;
import org.quorate.spi.coordination.CoordinationException;
import org.quorate.spi.coordination.CoordinationException.Code;
import org.quorate.spi.coordination.FencingToken;
import org.quorate.spi.coordination.Standing;

/**
 * The node that every mutation checks: {@code open FOLDER @TOKEN} or {@code sealed FOLDER @TOKEN REASON}.
 *
 * @param version of the node: it rises when the log is sealed, opened again or goes on elsewhere
 * @param folder of the log that is written to
 * @param mover token of who sealed or opened it last: nobody with a lower one does
 * @param sealed why nothing may be written, or null
 */
record Head(int version, int folder, FencingToken mover, String sealed) {
  static final byte[] FIRST = new Head(0, 0, Standing.NOBODY, null).data();

  static Head parse(byte[] data, int version) {
    String[] words = new String(data, StandardCharsets.UTF_8).split(" ", 3);
    try {
      int folder = Integer.parseInt(words[1]);
      String rest = words.length < 3 ? "" : words[2];
      FencingToken mover = Standing.NOBODY; // as versions before wrote it
      if (rest.startsWith("@")) {
        String[] said = rest.substring(1).split(" ", 2);
        mover = FencingToken.parse(said[0]);
        rest = said.length < 2 ? "" : said[1];
      }
      if (words[0].equals("open")) {
        return new Head(version, folder, mover, null);
      } else if (words[0].equals("sealed")) {
        return new Head(version, folder, mover, rest);
      }
    } catch (IndexOutOfBoundsException | NumberFormatException e) {
      throw broken(words[0], e);
    }
    throw broken(words[0], null);
  }

  private static CoordinationException broken(String word, Exception cause) {
    return new CoordinationException(
        Code.BROKEN, "the node head begins with '" + word + "': not of this provider", cause);
  }

  /** What the next one says when the log goes on in the next folder. */
  byte[] nextFolder() {
    return new Head(version, folder + 1, mover, sealed).data();
  }

  /**
   * What the next one says.
   *
   * @param by who does it
   * @param reason why it is sealed, null to open it
   */
  byte[] changed(FencingToken by, String reason) {
    refuse(by);
    return new Head(version, folder, by, reason).data();
  }

  /** Fails with LOCK_LOST if somebody with a higher token has sealed or opened it. */
  void refuse(FencingToken by) {
    if (by.compareTo(mover) < 0) {
      throw new CoordinationException(
          Code.LOCK_LOST,
          "who holds token " + mover + " moves what is kept here since " + by + " was given");
    }
  }

  private byte[] data() {
    String said =
        (sealed == null ? "open " : "sealed ")
            + folder
            + " @"
            + mover
            + (sealed == null ? "" : " " + sealed);
    return said.getBytes(StandardCharsets.UTF_8);
  }
}
