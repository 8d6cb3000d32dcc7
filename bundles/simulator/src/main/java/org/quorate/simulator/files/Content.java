package org.quorate.simulator.files;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import org.quorate.simulator.files.FaultyDisk.Loss;

/** A file's bytes: as its process reads them, as they are on disk, and what is between. */
final class Content {
  private record Write(int at, byte[] bytes) {}

  private byte[] cache = new byte[0];
  private byte[] durable = new byte[0];
  private int forced;
  private int proven;
  private final List<Write> unsynced = new ArrayList<>();

  int size() {
    return cache.length;
  }

  byte[] bytes() {
    return cache.clone();
  }

  byte[] read(long at, int bytes) {
    int from = (int) Math.min(at, cache.length);
    return Arrays.copyOfRange(cache, from, Math.min(cache.length, from + bytes));
  }

  void write(long at, byte[] bytes) {
    Write write = new Write((int) at, bytes);
    unsynced.add(write);
    cache = with(cache, write, bytes.length);
  }

  private static byte[] with(byte[] content, Write write, int length) {
    int end = write.at + length;
    byte[] changed = end > content.length ? Arrays.copyOf(content, end) : content;
    System.arraycopy(write.bytes, 0, changed, write.at, length);
    return changed;
  }

  void force() {
    int end = forced;
    for (Write write : unsynced) {
      durable = with(durable, write, write.bytes.length);
      proven = Math.min(proven, write.at);
      end = write.at <= forced ? write.at + write.bytes.length : end;
    }
    proven = end > forced ? forced : proven;
    forced = end;
    unsynced.clear();
  }

  int proven() {
    return proven;
  }

  /** A failed force: never written, and nobody will hear of it again. */
  void forget() {
    unsynced.clear();
  }

  /** The same, with what is not on disk still in the cache only. */
  Content alike() {
    Content copy = new Content();
    copy.cache = cache.clone();
    copy.durable = durable.clone();
    copy.forced = forced;
    copy.proven = proven;
    copy.unsynced.addAll(unsynced);
    return copy;
  }

  /** What is in the cache, all of it on disk. */
  Content settled() {
    return of(cache.clone());
  }

  /** What a power failure leaves. */
  Content surviving(Loss loss, SplittableRandom random) {
    byte[] content = durable.clone();
    if (loss == Loss.TORN || loss == Loss.PREFIX) {
      for (Write write : unsynced) {
        content = torn(content, write, loss, random);
      }
    }
    return of(content);
  }

  private static Content of(byte[] bytes) {
    Content content = new Content();
    content.cache = bytes;
    content.durable = bytes.clone();
    return content;
  }

  private static byte[] torn(byte[] content, Write write, Loss loss, SplittableRandom random) {
    int length = write.bytes.length;
    int how = loss == Loss.PREFIX ? 2 : random.nextInt(4);
    return switch (how) {
      case 0 -> content;
      case 1 -> with(content, write, length);
      case 2 -> with(content, write, random.nextInt(length + 1));
      default -> holes(content, write, random);
    };
  }

  /** Blocks of random length are there or not. */
  private static byte[] holes(byte[] content, Write write, SplittableRandom random) {
    byte[] changed =
        Arrays.copyOf(content, Math.max(content.length, write.at + write.bytes.length));
    for (int at = 0; at < write.bytes.length; ) {
      int n = Math.min(write.bytes.length - at, 1 + random.nextInt(64));
      if (random.nextBoolean()) {
        System.arraycopy(write.bytes, at, changed, write.at + at, n);
      }
      at += n;
    }
    return changed;
  }

  // ---- behind the store's back -------------------------------------------------------------

  void flip(int offset, int mask) {
    cache[offset] ^= (byte) mask;
    durable[offset] ^= (byte) mask;
  }

  void overwrite(int at, byte[] bytes) {
    System.arraycopy(bytes, 0, cache, at, bytes.length);
    durable = cache.clone();
  }

  void truncate(int size) {
    cache = Arrays.copyOf(cache, size);
    durable = cache.clone();
  }

  void zeroFrom(int offset) {
    Arrays.fill(cache, offset, cache.length, (byte) 0);
    durable = cache.clone();
  }
}
