package org.quorate.simulator.disk;

import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.TreeMap;
import java.util.concurrent.Executor;
import org.quorate.api.Bytes;
import org.quorate.api.GroupId;
import org.quorate.simulator.files.FaultyDisk;
import org.quorate.simulator.files.FaultyDisk.Fault;
import org.quorate.simulator.files.FaultyDisk.Loss;
import org.quorate.spi.storage.LinkStore;
import org.quorate.spi.storage.LogStorage;
import org.quorate.spi.storage.StorageException;
import org.quorate.spi.storage.files.LogOnFiles;

/** The logs of a node by a real log storage on simulated files: torn tails, flipped bytes and all. */
final class FileLogs implements Logs {
  private final SimDisk disk;
  private final LogOnFiles kind;
  private final String path;
  private final Map<String, LogShadow> shadows = new TreeMap<>();
  private FaultyDisk files;
  private Runnable turn;
  private long process;

  FileLogs(SimDisk disk, LogOnFiles kind, String path) {
    this.disk = disk;
    this.kind = kind;
    this.path = path;
    files = new FaultyDisk(path);
  }

  private LogShadow shadow(GroupId group, long epoch) {
    String name = group + "/" + epoch;
    return shadows.computeIfAbsent(name, n -> new LogShadow(disk, path + "/" + n));
  }

  @Override
  public LogStorage open() {
    process++;
    LogStorage storage = kind.open(files, writer(process), disk.rng.next());
    return new LogStorage() {
      @Override
      public String name() {
        return storage.name();
      }

      @Override
      public boolean durable() {
        return storage.durable();
      }

      @Override
      public LinkStore open(GroupId group, long epoch, Executor loop) {
        try {
          return shadow(group, epoch).open(storage.open(group, epoch, loop));
        } catch (StorageException e) {
          if (e.kind() == StorageException.Kind.CORRUPT) {
            if (!disk.damaged()) {
              throw new IllegalStateException("a sound log is taken for damaged", e);
            }
            disk.corruptionFound(e.getMessage());
          }
          throw e;
        }
      }

      @Override
      public void delete(GroupId group, long epoch) {
        storage.delete(group, epoch);
        shadows.remove(group + "/" + epoch);
      }

      @Override
      public boolean movable() {
        return storage.movable();
      }

      @Override
      public List<Long> links(GroupId group) {
        return storage.links(group);
      }

      @Override
      public void close() {
        storage.close();
      }
    };
  }

  /** A turn takes as long as a sync; what it writes is there at its end. */
  private Executor writer(long of) {
    return task -> {
      turn = task;
      disk.queue.after(
          disk.syncUs(),
          () -> {
            if (of == process && turn == task) {
              turn = null;
              if (disk.takeSyncFault()) {
                files.faultAt(files.ios() + disk.rng.between(1, 3), Fault.ERROR);
              }
              task.run();
            }
          });
    };
  }

  /** The process died, perhaps in the middle of a turn; power may have failed, too. */
  @Override
  public void crash() {
    Runnable midway = turn;
    turn = null;
    process++;
    if (midway != null && disk.rng.chance(0.7)) {
      files.faultAt(files.ios() + disk.rng.between(1, 4), Fault.CRASH);
      midway.run();
    }
    Loss loss = disk.rng.pick(List.of(Loss.values()));
    files = files.afterCrash(loss, new SplittableRandom(disk.rng.next()));
    shadows.values().forEach(LogShadow::crash);
  }

  /** Where later frames prove that a byte was on disk: elsewhere it may pass for torn. */
  @Override
  public boolean damage() {
    List<String> candidates =
        files.names().stream().filter(name -> files.proven(name) > 0).toList();
    if (candidates.isEmpty()) {
      return false;
    }
    String name = disk.rng.pick(candidates);
    files.flip(name, disk.rng.between(0, files.proven(name) - 1), 1 << disk.rng.between(0, 7));
    return true;
  }

  @Override
  public boolean holds(GroupId group, long epoch, long inner, Bytes payload, boolean atIndex) {
    return shadow(group, epoch).acknowledged().holds(inner, payload, atIndex);
  }
}
