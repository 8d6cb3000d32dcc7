package org.quorate.tck.storage;

import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import org.quorate.api.Bytes;

/** Makes operations that are legal in a state. */
final class RandomOps {
  private RandomOps() {}

  static LogOp next(SplittableRandom random, LogState state, int maxBytes) {
    long last = state.last();
    int kept = state.records().size();
    switch (random.nextInt(20)) {
      case 0:
        return new LogOp.Reset(1 + random.nextInt(50));
      case 1:
      case 2:
        return new LogOp.Trim(state.first() + random.nextInt(kept + 1));
      case 3:
      case 4:
        return new LogOp.Save(bytes(random, maxBytes));
      case 5:
        return append(random, state.first() + random.nextInt(kept + 1), 0, maxBytes);
      case 6:
      case 7:
        return append(
            random, state.first() + random.nextInt(kept + 1), 1 + random.nextInt(3), maxBytes);
      default:
        return append(random, last + 1, 1 + random.nextInt(4), maxBytes);
    }
  }

  private static LogOp append(SplittableRandom random, long first, int count, int maxBytes) {
    List<Bytes> records = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      records.add(bytes(random, maxBytes));
    }
    return new LogOp.Append(first, records);
  }

  private static Bytes bytes(SplittableRandom random, int maxBytes) {
    byte[] bytes = new byte[random.nextInt(maxBytes + 1)];
    random.nextBytes(bytes);
    return Bytes.wrap(bytes);
  }
}
