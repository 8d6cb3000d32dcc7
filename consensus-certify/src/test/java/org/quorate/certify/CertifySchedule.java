package org.quorate.certify;

import java.util.Map;
import java.util.SplittableRandom;
import org.quorate.tck.protocol.RandomSchedule;

/** A seeded run of certify. */
final class CertifySchedule extends RandomSchedule<TestNode> {
  CertifySchedule(long seed) {
    this(seed, Rules.SOUND);
  }

  CertifySchedule(long seed, Rules rules) {
    super(seed, cluster(seed, rules));
  }

  private static TestCluster cluster(long seed, Rules rules) {
    TestCluster cluster = new TestCluster(seed);
    cluster.rules = rules;
    return cluster;
  }

  @Override
  protected void options(Map<String, String> options, SplittableRandom random) {
    options.put("certify.log.retain.bytes", random.nextBoolean() ? "0" : "400");
    options.put("certify.inflight.count", "4");
    options.put("certify.lag.slots", random.nextBoolean() ? "64" : "100000");
    options.put("certify.batch.bytes", "1024");
  }

  @Override
  protected String[] genesis(SplittableRandom random) {
    return switch (random.nextInt(6)) {
      case 0 -> "a b c d e".split(" ");
      case 1 -> "a b c=witness".split(" ");
      case 2 -> "a*2 b c d*2 e=witness".split(" ");
      case 3 -> "a*3 b*2 c*2 d=learner".split(" ");
      default -> "a b c".split(" ");
    };
  }

  @Override
  protected TestNode asked(TestNode picked) {
    return picked; // any member takes what is submitted
  }

  @Override
  protected String log(TestNode node) {
    return Words.log(node.loglet);
  }
}
