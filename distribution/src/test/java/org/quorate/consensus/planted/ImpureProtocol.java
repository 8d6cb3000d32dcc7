package org.quorate.consensus.planted;

import java.io.File;
import java.io.IOException;
import java.net.Socket;
import java.nio.file.Files;
import java.time.Instant;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.locks.ReentrantLock;

/** Does all that a protocol must not do. */
final class ImpureProtocol {
  final ReentrantLock lock = new ReentrantLock();
  final Random random = new Random();
  final Thread thread = new Thread(() -> {});

  long clock() {
    return System.nanoTime() + System.currentTimeMillis() + Instant.now().getEpochSecond();
  }

  double chance(List<String> members) {
    Collections.shuffle(members);
    return Math.random() + UUID.randomUUID().hashCode();
  }

  void disk() throws IOException {
    Files.delete(new File("x").toPath());
  }

  Socket network() {
    return new Socket();
  }

  String first() {
    return Set.of("a", "b").iterator().next();
  }
}
