package org.quorate.itest.soak;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.TimeUnit;

/** What happens to the nodes, chosen by a seed: begun, borne for a while, healed. */
final class Faults {
  private enum Kind {
    KILL,
    STOP,
    CABLE,
    MUTE,
    DELAY
  }

  /** A fault of a node that is in force. */
  private record Fault(Kind kind, int node, int other, int ms) {
    @Override
    public String toString() {
      return switch (kind) {
        case MUTE -> "n" + node + " is not heard by n" + other;
        case DELAY -> "n" + node + " sends " + ms + " ms later";
        case KILL -> "n" + node + " is killed";
        case STOP -> "n" + node + " is stopped";
        case CABLE -> "n" + node + " has no cable";
      };
    }
  }

  private final SoakCluster cluster;
  private final Random random;
  private final long beganNs = System.nanoTime();
  private int done;

  Faults(SoakCluster cluster, long seed) {
    this.cluster = cluster;
    this.random = new Random(seed);
  }

  /** Goes on until the time is over; everything is healed when it returns. */
  void run(long seconds) throws Exception {
    long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(seconds);
    while (System.nanoTime() < end) {
      // One in five rounds leaves no quorum.
      int struck = random.nextInt(5) == 0 ? 2 : 1;
      int first = 1 + random.nextInt(SoakCluster.NODES);
      List<Fault> faults = new ArrayList<>();
      for (int i = 0; i < struck; i++) {
        faults.add(fault(1 + (first - 1 + i) % SoakCluster.NODES));
      }
      say(faults.toString());
      for (Fault fault : faults) {
        set(fault, true);
      }
      bear(500 + random.nextInt(6500), end);
      for (Fault fault : faults) {
        set(fault, false);
      }
      done += struck;
      bear(500 + random.nextInt(4000), end);
      for (int node = 1; node <= SoakCluster.NODES; node++) {
        cluster.mustRun(node);
      }
    }
    say(done + " faults, all healed");
  }

  private static void bear(long ms, long end) throws InterruptedException {
    long left = TimeUnit.NANOSECONDS.toMillis(end - System.nanoTime());
    Thread.sleep(Math.max(0, Math.min(ms, left)));
  }

  private Fault fault(int node) {
    Kind[] kinds = Kind.values();
    Kind kind = kinds[random.nextInt(kinds.length)];
    int other = 1 + (node + random.nextInt(SoakCluster.NODES - 1)) % SoakCluster.NODES;
    int ms = 1 + random.nextInt(300);
    // The numbers are drawn all the same: a seed means the same faults where netem is missing.
    boolean possible = kind != Kind.DELAY || cluster.network().delays();
    return new Fault(possible ? kind : Kind.CABLE, node, other, ms);
  }

  private void set(Fault fault, boolean begins) throws Exception {
    switch (fault.kind()) {
      case KILL -> {
        if (begins) {
          cluster.kill(fault.node());
        } else {
          cluster.start(fault.node());
        }
      }
      case STOP -> cluster.signal(fault.node(), begins ? "STOP" : "CONT");
      case CABLE -> cluster.network().cable(fault.node(), !begins);
      case MUTE -> cluster.network().oneWay(fault.node(), fault.other(), !begins);
      case DELAY -> cluster.network().delay(fault.node(), begins ? fault.ms() : 0);
    }
  }

  private void say(String what) {
    System.out.printf("soak %6.1f s  %s%n", (System.nanoTime() - beganNs) / 1e9, what);
  }
}
