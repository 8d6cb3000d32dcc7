package org.quorate.kv;

import java.lang.management.ManagementFactory;
import java.lang.management.ThreadMXBean;
import java.util.SplittableRandom;
import org.quorate.api.Bytes;
import org.quorate.api.kv.KvCommand;

/**
 * Prints how many puts of 100 bytes one thread applies in a second of its processor time (garbage
 * collection runs on other threads); run by hand.
 */
final class ApplyRate {
  private static final int KEYS = 100_000;

  private ApplyRate() {}

  public static void main(String[] args) {
    SplittableRandom random = new SplittableRandom(1);
    Bytes[] commands = new Bytes[KEYS];
    for (int i = 0; i < KEYS; i++) {
      byte[] value = new byte[100];
      random.nextBytes(value);
      Bytes key = Bytes.utf8(String.format("user/%09d", i));
      commands[i] = KvCommand.put(key, Bytes.wrap(value)).encode();
    }
    for (int round = 0; round < 6; round++) {
      MapContext context = new MapContext(new KvStateMachine());
      rate("new keys  ", context, commands, random, true);
      rate("overwrites", context, commands, random, false);
    }
  }

  private static void rate(
      String what, MapContext context, Bytes[] commands, SplittableRandom random, boolean once) {
    int count = once ? KEYS : 3 * KEYS;
    ThreadMXBean threads = ManagementFactory.getThreadMXBean();
    long start = threads.getCurrentThreadCpuTime();
    for (int i = 0; i < count; i++) {
      context.applyBytes(commands[once ? i : random.nextInt(KEYS)]);
    }
    long ns = threads.getCurrentThreadCpuTime() - start;
    System.out.printf("%s %,d puts/s%n", what, count * 1_000_000_000L / ns);
  }
}
