package org.quorate.tck.storage;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.TreeMap;
import org.quorate.api.GroupId;
import org.quorate.simulator.files.FaultyDisk;
import org.quorate.spi.storage.LinkStore;
import org.quorate.spi.storage.LogStorage;
import org.quorate.spi.storage.StorageException;

/**
 * Some sessions of work on two links, the same for the same seed, and what they acknowledged. Ends
 * early when the storage fails.
 */
final class FaultScript {
  private static final List<GroupId> GROUPS = List.of(GroupId.of("alpha"), GroupId.of("beta"));

  private final LogFaultContract contract;
  private final FaultyDisk disk;
  private final SplittableRandom random;
  private final int maxBytes;

  /** The last probe of each group; a session of a group begins where the one before ended. */
  private final Map<GroupId, LinkProbe> probes = new TreeMap<>();

  private StorageException failure;

  FaultScript(LogFaultContract contract, FaultyDisk disk, long seed, int maxBytes) {
    this.contract = contract;
    this.disk = disk;
    this.random = new SplittableRandom(seed);
    this.maxBytes = maxBytes;
  }

  StorageException failure() {
    return failure;
  }

  /** Works; true if nothing failed. */
  boolean run(int sessions, int rounds) {
    for (int i = 0; i < sessions && failure == null; i++) {
      LogStorage storage = contract.open(disk);
      try {
        session(storage, rounds);
      } catch (StorageException e) {
        failure = e;
      }
      close(storage);
    }
    return failure == null;
  }

  private void close(LogStorage storage) {
    try {
      storage.close();
    } catch (StorageException e) {
      failure = failure == null ? e : failure;
    }
  }

  private void session(LogStorage storage, int rounds) {
    TestLoop loop = new TestLoop(contract::drive);
    List<LinkProbe> links = new ArrayList<>();
    for (GroupId group : GROUPS) {
      LinkStore store = storage.open(group, 1, loop);
      LogState found = LogState.of(store);
      check(group, found);
      LinkProbe probe = new LinkProbe(store, loop, found);
      probes.put(group, probe);
      links.add(probe);
    }
    for (int round = 0; round < rounds && failure == null; round++) {
      for (int i = 1 + random.nextInt(4); i > 0; i--) {
        LinkProbe link = links.get(random.nextInt(links.size()));
        link.issue(RandomOps.next(random, link.expected(), maxBytes));
      }
      for (LinkProbe link : links) {
        link.settle();
        failure = failure == null ? link.failure() : failure;
      }
    }
    if (failure != null) {
      checkDead(links);
    }
  }

  /** After the first failure nothing is acknowledged any more. */
  private void checkDead(List<LinkProbe> links) {
    for (LinkProbe link : links) {
      int before = link.durable();
      link.append(link.expected().last() + 1, "after the failure");
      link.settle();
      if (link.durable() != before) {
        throw new AssertionError("a write was acknowledged after one that failed");
      }
    }
  }

  private void check(GroupId group, LogState found) {
    LinkProbe before = probes.get(group);
    String objection =
        before == null
            ? found.equals(LogState.EMPTY) ? null : "new log holds " + found
            : before.objection(found);
    if (objection != null) {
      throw new AssertionError(group + ": " + objection);
    }
  }

  /** Opens the disk as it is after a crash, checks it, and works on; returns what was found. */
  Map<GroupId, LogState> verify(FaultyDisk after) {
    Map<GroupId, LogState> found = new TreeMap<>();
    LogStorage storage = contract.open(after);
    TestLoop loop = new TestLoop(contract::drive);
    for (GroupId group : GROUPS) {
      LogState state = LogState.of(storage.open(group, 1, loop));
      check(group, state);
      found.put(group, state);
    }
    return found; // left open: whoever called may crash it now
  }

  /** Works on after a crash, on a disk that works. */
  void goOn(FaultyDisk after) {
    FaultScript next = new FaultScript(contract, after, random.nextLong(), maxBytes);
    next.probes.putAll(probes);
    if (!next.run(2, 4)) {
      throw new AssertionError("failed on a disk that works", next.failure());
    }
    next.verify(after.afterCrash(FaultyDisk.Loss.EVERYTHING, random));
  }
}
