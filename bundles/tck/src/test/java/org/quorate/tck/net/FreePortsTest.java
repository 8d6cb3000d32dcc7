package org.quorate.tck.net;

import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.HashSet;
import java.util.Set;
import org.junit.jupiter.api.Test;

class FreePortsTest {
  @Test
  void noPortIsGivenTwice() {
    Set<Integer> given = new HashSet<>();
    for (int i = 0; i < 400; i++) {
      for (int port : FreePorts.take(5)) {
        assertTrue(given.add(port), "twice: " + port);
      }
    }
  }
}
