package org.quorate.simulator.disk;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Executor;
import org.quorate.api.Bytes;
import org.quorate.simulator.disk.Image.Write;
import org.quorate.spi.storage.LinkStore;
import org.quorate.spi.storage.LogStore;
import org.quorate.spi.storage.Pending;
import org.quorate.spi.storage.StableStore;
import org.quorate.spi.storage.StorageException;
import org.quorate.spi.storage.StorageException.Kind;

/** One link's log and stable record: what one sync covers becomes durable together. */
final class SimLog {
  private record Issued(Write write, Pending pending) {}

  private final SimDisk disk;
  private final String file;
  private final Image synced = new Image();
  private List<Issued> syncing = new ArrayList<>();
  private List<Issued> waiting = new ArrayList<>();
  private Open open;

  SimLog(SimDisk disk, String file) {
    this.disk = disk;
    this.file = file;
  }

  LinkStore open(Executor loop) {
    if (open != null) {
      throw new StorageException(Kind.LOCKED, file + ": in use");
    }
    verify(synced);
    open = new Open(loop);
    return open;
  }

  private void verify(Image image) {
    long bad = image.damagedFrom(image.first());
    if (bad != 0) {
      throw disk.corrupt(file + " record " + bad);
    }
    if (image.stableDamaged()) {
      throw disk.corrupt(file + " stable record");
    }
  }

  boolean isOpen() {
    return open != null;
  }

  /** Of what was not synced some prefix is there, the last append of it perhaps in part. */
  void crash() {
    List<Issued> left = new ArrayList<>();
    if (open == null || open.broken == null) {
      left.addAll(syncing);
      left.addAll(waiting);
    }
    syncing.clear();
    waiting.clear();
    open = null;
    int whole = left.isEmpty() ? 0 : disk.rng.between(0, left.size());
    left.subList(0, whole).forEach(i -> synced.apply(i.write()));
    if (whole < left.size()
        && left.get(whole).write() instanceof Write.Append torn
        && torn.records().size() > 1) {
      int kept = disk.rng.between(0, torn.records().size() - 1);
      if (kept > 0) {
        synced.apply(new Write.Append(torn.first(), torn.records().subList(0, kept)));
      }
    }
  }

  boolean damage() {
    boolean log = synced.last() >= synced.first();
    if (!log && synced.stable() == null) {
      return false;
    }
    if (!log || synced.stable() != null && disk.rng.chance(0.2)) {
      damageStable();
    } else {
      long index = disk.rng.between(synced.first(), synced.last());
      synced.damage(index);
      if (open != null) {
        open.damage(index);
      }
    }
    return true;
  }

  private void damageStable() {
    synced.damageStable();
  }

  /** Damaged copies count: they were synced, and damage is only done where enough others are. */
  boolean holds(long inner, Bytes payload, boolean atIndex) {
    return synced.holds(inner, payload, atIndex);
  }

  /** What one process holds of it. */
  private final class Open implements LinkStore, LogStore, StableStore {
    private final Executor loop;
    private final Image issued = new Image();
    private StorageException broken;
    private boolean closed;

    Open(Executor loop) {
      this.loop = loop;
      synced.copyTo(issued);
    }

    @Override
    public LogStore log() {
      return this;
    }

    @Override
    public StableStore stable() {
      return this;
    }

    @Override
    public long firstIndex() {
      return issued.first();
    }

    @Override
    public long lastIndex() {
      return issued.last();
    }

    @Override
    public void append(long first, List<Bytes> records, Pending pending) {
      if (first <= issued.last()) {
        disk.listener.truncated();
      }
      issue(new Write.Append(first, List.copyOf(records)), pending);
    }

    @Override
    public void reset(long next, Pending pending) {
      issue(new Write.Reset(next), pending);
    }

    @Override
    public void trimPrefix(long first) {
      issue(new Write.Trim(first), null);
    }

    @Override
    public void save(Bytes record, Pending pending) {
      issue(new Write.Save(record.copy()), pending);
    }

    private void issue(Write write, Pending pending) {
      if (closed) {
        throw new IllegalStateException(file + ": closed");
      }
      if (disk.corruptionSeen()) {
        disk.listener.wroteAfterCorruption(file);
      }
      issued.apply(write);
      if (disk.faults().lies && pending != null) {
        loop.execute(() -> settle(List.of(new Issued(write, pending)), broken));
        waiting.add(new Issued(write, null));
      } else {
        waiting.add(new Issued(write, pending));
      }
      if (syncing.isEmpty()) {
        sync();
      }
    }

    private void sync() {
      List<Issued> batch = waiting;
      waiting = syncing;
      syncing = batch;
      disk.queue.after(disk.syncUs(), () -> synced(batch));
    }

    private void synced(List<Issued> batch) {
      if (open != this || syncing != batch || batch.isEmpty()) {
        return;
      }
      Kind kind = disk.faults().failNextSync;
      if (kind != null && broken == null) {
        disk.faults().failNextSync = null;
        disk.faults().strike();
        broken = new StorageException(kind, file + ": sync failed: " + kind);
        int kept = kind == Kind.FULL ? 0 : disk.rng.between(0, batch.size());
        batch.subList(0, kept).forEach(i -> synced.apply(i.write()));
      } else if (broken == null) {
        batch.forEach(i -> synced.apply(i.write()));
      }
      List<Issued> done = List.copyOf(batch);
      batch.clear();
      StorageException why = broken;
      loop.execute(() -> settle(done, why));
      if (!waiting.isEmpty()) {
        sync();
      }
    }

    private void settle(List<Issued> done, StorageException why) {
      for (Issued i : done) {
        if (closed || i.pending() == null) {
          continue;
        }
        if (why == null) {
          i.pending().complete();
          if (i.write() instanceof Write.Save) {
            disk.stableSaved();
          }
        } else {
          i.pending().fail(why);
        }
      }
    }

    @Override
    public List<Bytes> read(long first, int maxBytes) {
      if (disk.faults().failNextRead) {
        disk.faults().failNextRead = false;
        throw new StorageException(Kind.IO, file + ": read error");
      }
      List<Bytes> found = new ArrayList<>();
      int bytes = 0;
      for (long i = first; i <= issued.last(); i++) {
        if (issued.damaged(i)) {
          throw disk.corrupt(file + " record " + i);
        }
        Bytes record = issued.record(i);
        if (!found.isEmpty() && bytes + record.length() > maxBytes) {
          break;
        }
        bytes += record.length();
        found.add(record);
      }
      return found;
    }

    @Override
    public Bytes load() {
      return issued.stable();
    }

    void damage(long index) {
      if (index >= issued.first()
          && index <= issued.last()
          && issued.record(index) == synced.record(index)) {
        issued.damage(index);
      }
    }

    @Override
    public void close() {
      if (closed) {
        return;
      }
      closed = true;
      if (open == this) {
        open = null;
        if (broken == null) {
          syncing.forEach(i -> synced.apply(i.write()));
          waiting.forEach(i -> synced.apply(i.write()));
        }
        syncing.clear();
        waiting.clear();
      }
    }
  }
}
