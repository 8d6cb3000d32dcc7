package org.quorate.scenarios;

import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;

/** At which steps of each role a process was killed, in all simulations of a test. */
public final class Killed implements Deaths {
  private final Map<String, Set<Integer>> steps = new TreeMap<>();

  @Override
  public synchronized void died(String role, int step) {
    steps.computeIfAbsent(role, r -> new TreeSet<>()).add(step);
  }

  /** Each role has died at so many different steps: else the faults are not what was meant. */
  public synchronized void cover(int least, String... roles) {
    for (String role : roles) {
      int covered = steps.getOrDefault(role, Set.of()).size();
      assertTrue(covered >= least, () -> role + " died at " + covered + " steps: " + steps);
    }
    System.out.println("killed at steps: " + steps);
  }
}
