package org.quorate.coordinator.zk;

import java.nio.charset.StandardCharsets;
import org.quorate.spi.coordination.CoordinationException;
import org.quorate.spi.coordination.CoordinationException.Code;

/**
 * The node that every mutation checks: {@code open FOLDER} or {@code sealed FOLDER REASON}.
 *
 * @param version of the node: it rises when the log is sealed, opened again or goes on elsewhere
 * @param folder of the log that is written to
 * @param sealed why nothing may be written, or null
 */
record Head(int version, int folder, String sealed) {
  static Head parse(byte[] data, int version) {
    String[] words = new String(data, StandardCharsets.UTF_8).split(" ", 3);
    try {
      int folder = Integer.parseInt(words[1]);
      if (words[0].equals("open")) {
        return new Head(version, folder, null);
      } else if (words[0].equals("sealed")) {
        return new Head(version, folder, words[2]);
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

  static byte[] open(int folder) {
    return ("open " + folder).getBytes(StandardCharsets.UTF_8);
  }

  static byte[] sealed(int folder, String reason) {
    return ("sealed " + folder + " " + reason).getBytes(StandardCharsets.UTF_8);
  }
}
