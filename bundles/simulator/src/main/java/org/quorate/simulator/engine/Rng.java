package org.quorate.simulator.engine;

import java.util.List;
import java.util.SplittableRandom;

/** Every random choice of a simulation, from its seed. */
public final class Rng {
  private final SplittableRandom random;

  public Rng(long seed) {
    this(new SplittableRandom(seed));
  }

  private Rng(SplittableRandom random) {
    this.random = random;
  }

  /** An independent stream: what one part draws does not move the others. */
  public Rng split() {
    return new Rng(random.split());
  }

  public long next() {
    return random.nextLong();
  }

  /** True with a probability from 0 to 1. */
  public boolean chance(double probability) {
    return probability > 0 && random.nextDouble() < probability;
  }

  /** Uniform, both ends included. */
  public int between(int low, int high) {
    return low + random.nextInt(high - low + 1);
  }

  /** Uniform, both ends included. */
  public long between(long low, long high) {
    return low + random.nextLong(high - low + 1);
  }

  /** Uniform, from low (inclusive) to high (exclusive). */
  public double between(double low, double high) {
    return low + random.nextDouble() * (high - low);
  }

  /** Exponentially distributed around a mean, at most twenty times that. */
  public long around(long mean) {
    double u = 1 - random.nextDouble();
    return (long) Math.min(mean * 20.0, -Math.log(u) * mean);
  }

  /** One of them. */
  public <T> T pick(List<T> from) {
    return from.get(random.nextInt(from.size()));
  }

  /** An index, by weight; the weights must not all be zero. */
  public int weighted(int[] weights) {
    int total = 0;
    for (int w : weights) {
      total += w;
    }
    int at = random.nextInt(total);
    int i = 0;
    while (at >= weights[i]) {
      at -= weights[i++];
    }
    return i;
  }
}
