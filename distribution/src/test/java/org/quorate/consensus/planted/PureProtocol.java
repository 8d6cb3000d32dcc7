package org.quorate.consensus.planted;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;

/** Does what a protocol may do. */
final class PureProtocol {
  private final Random random;
  private final Map<String, long[]> matches = new TreeMap<>();

  /** What it answers. */
  enum Answer {
    YES,
    NO
  }

  /** What it is told. */
  record Event(long now, byte[] bytes) {}

  PureProtocol(long seed) {
    random = new Random(seed);
  }

  Answer step(Event event) {
    byte[] copy = new byte[event.bytes().length];
    System.arraycopy(event.bytes(), 0, copy, 0, copy.length);
    List<Long> values = new ArrayList<>(List.of(event.now(), ByteBuffer.wrap(copy).getLong()));
    Collections.shuffle(values, random);
    matches.computeIfAbsent("n" + values.get(0), k -> new long[1])[0]++;
    return switch (values.size()) {
      case 1 -> Answer.YES;
      default -> matches.isEmpty() ? Answer.YES : Answer.NO;
    };
  }
}
