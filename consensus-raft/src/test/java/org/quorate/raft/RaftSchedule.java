package org.quorate.raft;

import java.util.Map;
import java.util.SplittableRandom;
import org.quorate.tck.protocol.RandomSchedule;

/** A seeded run of raft. */
final class RaftSchedule extends RandomSchedule<TestNode> {
  RaftSchedule(long seed) {
    super(seed, new TestCluster(seed));
  }

  @Override
  protected void options(Map<String, String> options, SplittableRandom random) {
    options.put("raft.log.retain.bytes", random.nextBoolean() ? "0" : "400");
    options.put("raft.inflight.count", "4");
    options.put("raft.batch.bytes", "1024");
  }

  @Override
  protected String[] genesis(SplittableRandom random) {
    return (random.nextBoolean() ? "a b c" : "a b c d e").split(" ");
  }

  @Override
  protected TestNode asked(TestNode picked) {
    return random.nextInt(4) == 0 || cluster.leader() == null ? picked : cluster.leader();
  }

  @Override
  protected String log(TestNode node) {
    return Words.log(node.view());
  }
}
