package org.quorate.simulator;

import java.util.ArrayList;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Predicate;
import org.quorate.api.Isolation;
import org.quorate.simulator.engine.Rng;
import org.quorate.simulator.network.NetworkFaults;
import org.quorate.spi.config.Parameter;
import org.quorate.spi.consensus.ConsensusStrategy;
import org.quorate.spi.consensus.Role;
import org.quorate.spi.consensus.Traits;

/**
 * What kind of world a seed is: each seed draws its own, so that rare mixes come up (swarm testing,
 * Groce et al. 2012).
 *
 * @param witness whether the last of the voters keeps no payload
 * @param weights votes of the voters, in their order
 * @param spares nodes outside of the first membership
 * @param drift whether clocks run at different rates
 * @param faultMeanMs mean time between faults, virtual milliseconds
 * @param faults the weight of each fault that this seed has
 * @param paddingBytes added to texts, so that batches are full soon
 * @param level of transactions
 * @param transactions how many each transactor runs; likewise transfers, leases and scans
 * @param cripple whether a minority stays broken in the liveness phase
 */
record Plan(
    int voters,
    boolean witness,
    List<Integer> weights,
    int learners,
    int spares,
    NetworkFaults network,
    long syncMeanUs,
    long workerMeanUs,
    boolean drift,
    long faultMeanMs,
    Map<Fault, Integer> faults,
    int clients,
    int registers,
    int counters,
    int paddingBytes,
    long thinkMeanMs,
    long sessionTtlMs,
    Isolation level,
    List<Integer> transactions,
    List<Integer> transfers,
    List<Integer> leases,
    List<Integer> scans,
    int watchers,
    boolean cripple,
    Map<String, String> options) {
  /** A command of the simulated clients is smaller. */
  private static final long COMMAND_BYTES = 1_024;

  /**
   * Draws one.
   *
   * @param seats for witnesses, weights, busy loops and parallel apply: apart, so that all else of a
   *     seed is the same without
   */
  static Plan draw(Rng rng, Rng seats, Subject subject) {
    int voters = rng.pick(List.of(3, 3, 3, 3, 3, 3, 5, 5, 5, 4, 2, 1));
    int learners = rng.chance(0.2) ? 1 : 0;
    int spares = rng.chance(0.3) ? 1 : 0;
    Map<Fault, Integer> faults = faults(rng);
    boolean witness =
        all(subject, t -> t.roles().contains(Role.WITNESS)) && voters > 1 && seats.chance(0.2);
    List<Integer> votes =
        weights(all(subject, Traits::weights) && seats.chance(0.2), voters, seats);
    if (seats.chance(0.3)) {
      faults.put(Fault.BUSY, seats.between(1, 4));
    }
    if (seats.chance(0.1)) {
      faults.put(Fault.OVERSLEEP, 2);
    }
    Plan plan =
        new Plan(
            voters,
            witness,
            votes,
            learners,
            spares,
            network(rng),
            rng.between(100, 2000),
            rng.between(100, 5000),
            rng.chance(0.3),
            rng.pick(List.of(150, 400, 1000)),
            faults,
            rng.between(3, 6),
            rng.between(2, 4),
            rng.between(1, 2),
            rng.pick(List.of(0, 0, 0, 400)),
            rng.pick(List.of(5, 20, 60)),
            rng.pick(List.of(2_000, 6_000, 30_000)),
            rng.pick(List.of(Isolation.values())),
            some(rng, rng.pick(List.of(0, 1, 2, 3)), 6, 16),
            some(rng, rng.pick(List.of(0, 0, 1, 2)), 4, 12),
            some(rng, rng.pick(List.of(0, 0, 1)), 2, 4),
            some(rng, rng.pick(List.of(0, 0, 1)), 2, 6),
            rng.pick(List.of(0, 0, 1, 2)),
            rng.chance(0.3),
            options(rng, seats, subject));
    if (seats.chance(0.2)) {
      faults.put(Fault.MOVE, seats.between(1, 4)); // drawn last, as all that came later
    }
    if (seats.chance(0.15)) {
      faults.put(Fault.KILL_IN_SNAPSHOT, seats.between(1, 4));
    }
    plan.options.putIfAbsent("snapshot.donors", Integer.toString(seats.between(1, 4)));
    return plan;
  }

  private static Map<Fault, Integer> faults(Rng rng) {
    Map<Fault, Integer> faults = new EnumMap<>(Fault.class);
    for (Fault fault : Fault.values()) {
      boolean apart = fault == Fault.BUSY || fault == Fault.OVERSLEEP || fault == Fault.MOVE;
      apart = apart || fault == Fault.KILL_IN_SNAPSHOT;
      if (!apart && rng.chance(0.45)) {
        faults.put(fault, rng.between(1, 4));
      }
    }
    faults.merge(Fault.CRASH, 1, Integer::sum);
    faults.computeIfPresent(Fault.STORM, (f, weight) -> 2 * weight);
    return faults;
  }

  private static boolean all(Subject subject, Predicate<Traits> able) {
    return subject.strategies().stream().allMatch(s -> able.test(s.traits()));
  }

  private static List<Integer> weights(boolean differ, int voters, Rng rng) {
    List<Integer> weights = new ArrayList<>();
    for (int i = 0; i < voters; i++) {
      weights.add(differ ? rng.between(1, 3) : 1);
    }
    return weights;
  }

  /** So many numbers, each between two. */
  private static List<Integer> some(Rng rng, int count, int least, int most) {
    List<Integer> numbers = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      numbers.add(rng.between(least, most));
    }
    return List.copyOf(numbers);
  }

  private static NetworkFaults network(Rng rng) {
    boolean wild = rng.chance(0.5);
    return new NetworkFaults(
        rng.between(20, 300),
        rng.between(50, 3000),
        rng.chance(0.5) ? rng.between(0, 0.1) : 0,
        wild ? rng.between(0, 0.1) : 0,
        wild ? rng.between(0, 0.3) : 0,
        rng.chance(0.3) ? 0.01 : 0,
        rng.between(20_000, 400_000));
  }

  private static Map<String, String> options(Rng rng, Rng seats, Subject subject) {
    Map<String, String> options = new HashMap<>();
    options.put("propose.timeout.ms", Long.toString(rng.between(1_000, 5_000)));
    options.put("checkpoint.bytes", Long.toString(rng.between(1_024, 8_192)));
    options.put("checkpoint.ms", Long.toString(rng.pick(List.of(200, 1_000, 5_000))));
    options.put("snapshot.chunk.bytes", Long.toString(rng.between(64, 4_096)));
    options.put("time.step.ms", "100");
    options.put("state.check.ms", "500");
    int faster = rng.pick(List.of(1, 3, 6, 20));
    long commandBytes =
        subject.workload() == null ? COMMAND_BYTES : subject.workload().commandBytes();
    for (ConsensusStrategy strategy : subject.strategies()) {
      for (Parameter parameter : strategy.traits().parameters()) {
        if (parameter.type() == Parameter.Type.NUMBER) {
          String value =
              parameter.unit().equals("ms")
                  ? scaled(parameter, faster)
                  : small(rng, parameter, commandBytes);
          if (value != null) {
            options.put(parameter.name(), value);
          }
        }
      }
    }
    // Apart as well, and every command is worth it: workers take them up in any order.
    if (seats.chance(0.3)) {
      options.put("apply.threads", Integer.toString(seats.between(2, 8)));
      options.put("apply.costly.bytes", "1");
    }
    options.put("swap.probes", Long.toString(seats.chance(0.3) ? seats.between(1, 8) : 0));
    options.putAll(subject.options());
    return options;
  }

  /** All times of a strategy by one factor, so that their relations stay. */
  private static String scaled(Parameter parameter, int faster) {
    return Long.toString(Math.max(parameter.min(), Long.parseLong(parameter.fallback()) / faster));
  }

  /** Small limits are reached often: the logs of a simulation are short. Null for the default. */
  private static String small(Rng rng, Parameter parameter, long commandBytes) {
    boolean bytes = parameter.unit().equals("bytes");
    long most = bytes ? Math.max(4_096, commandBytes) : 64;
    if (parameter.unit().isEmpty() || parameter.min() >= most || rng.chance(0.3)) {
      return null;
    }
    boolean room = bytes && parameter.min() > 0;
    long least = room ? Math.max(parameter.min(), commandBytes) : parameter.min();
    return Long.toString(rng.between(least, Math.min(parameter.max(), most)));
  }

  List<String> names() {
    List<String> names = new ArrayList<>();
    for (int i = 1; i <= voters + learners + spares; i++) {
      names.add("n" + i);
    }
    return names;
  }
}
