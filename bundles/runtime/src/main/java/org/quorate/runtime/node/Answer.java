package org.quorate.runtime.node;

import java.util.List;
import org.quorate.api.Bytes;
import org.quorate.api.wire.Decoder;
import org.quorate.api.wire.Encoder;
import org.quorate.api.wire.MalformedException;
import org.quorate.runtime.api.ControlException;
import org.quorate.runtime.api.ControlException.Code;

/**
 * What a node answers to an order of another.
 *
 * @param failure null when it was done
 * @param hint name of the node to ask instead, or empty
 * @param names what was asked for, if anything
 */
record Answer(Code failure, String message, String hint, List<String> names) {
  static final Answer DONE = new Answer(null, "", "", List.of());

  static Answer done(List<String> names) {
    return new Answer(null, "", "", names);
  }

  static Answer failed(Code code, String message) {
    return new Answer(code, message, "", List.of());
  }

  static Answer elsewhere(String hint) {
    return new Answer(Code.UNAVAILABLE, "another node leads the group", hint, List.of());
  }

  /** What went wrong, as an answer. */
  static Answer of(Throwable problem) {
    Throwable cause =
        problem instanceof java.util.concurrent.CompletionException && problem.getCause() != null
            ? problem.getCause()
            : problem;
    return cause instanceof ControlException e
        ? failed(e.code(), e.getMessage())
        : failed(Code.INTERNAL, String.valueOf(cause));
  }

  Bytes encode() {
    Encoder out = new Encoder();
    out.u8(failure == null ? 0 : failure.ordinal() + 1).text(message).text(hint);
    out.list(names, Encoder::text);
    return out.take();
  }

  static Answer decode(Bytes encoded) {
    Decoder in = new Decoder(encoded);
    int code = in.u8();
    if (code > Code.values().length) {
      throw new MalformedException("code of an answer: " + code, 0);
    }
    return new Answer(
        code == 0 ? null : Code.values()[code - 1], in.text(), in.text(), in.list(Decoder::text));
  }

  ControlException exception() {
    return new ControlException(failure, message);
  }
}
