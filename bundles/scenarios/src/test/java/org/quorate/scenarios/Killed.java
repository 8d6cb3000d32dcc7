package org.quorate.scenarios;

import java.util.List;
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

  /** Whether each role has died at so many different steps. */
  public synchronized boolean covers(int least, List<String> roles) {
    return roles.stream().allMatch(r -> steps.getOrDefault(r, Set.of()).size() >= least);
  }

  @Override
  public synchronized String toString() {
    return "killed at steps: " + steps;
  }
}
