package org.quorate.simulator.disk;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import org.quorate.api.Bytes;
import org.quorate.simulator.disk.Image.Write;
import org.quorate.spi.storage.DurableToken;
import org.quorate.spi.storage.LinkStore;
import org.quorate.spi.storage.LogStore;
import org.quorate.spi.storage.Pending;
import org.quorate.spi.storage.StableStore;
import org.quorate.spi.storage.StorageException;

/**
 * What a real log acknowledged, beside it: after a crash exactly that is read back, perhaps with some
 * first part of what was issued after it.
 */
final class LogShadow {
  private record Issued(Write write, long number) {}

  private final SimDisk disk;
  private final String file;
  private final Image acknowledged = new Image();
  private final ArrayDeque<Issued> issued = new ArrayDeque<>();
  private LinkStore current;

  LogShadow(SimDisk disk, String file) {
    this.disk = disk;
    this.file = file;
  }

  Image acknowledged() {
    return acknowledged;
  }

  /** Compares what was recovered, and goes on from there. */
  LinkStore open(LinkStore real) {
    Image found = new Image();
    LogStore log = real.log();
    found.apply(new Write.Reset(log.firstIndex()));
    while (found.last() < log.lastIndex()) {
      found.apply(new Write.Append(found.last() + 1, log.read(found.last() + 1, 1 << 20)));
    }
    if (real.stable().load() != null) {
      found.apply(new Write.Save(real.stable().load()));
    }
    if (!explains(found)) {
      throw new IllegalStateException(
          file
              + ": acknowledged were "
              + acknowledged
              + ", "
              + issued.size()
              + " writes were issued after it, recovered was "
              + found);
    }
    found.copyTo(acknowledged);
    issued.clear();
    current = new Link(real);
    return current;
  }

  private boolean explains(Image found) {
    Image expected = new Image();
    acknowledged.copyTo(expected);
    if (expected.covers(found)) {
      return true;
    }
    for (Issued next : issued) {
      if (next.write() instanceof Write.Append append) {
        Image part = new Image();
        for (int n = 0; n < append.records().size(); n++) {
          expected.copyTo(part);
          part.apply(new Write.Append(append.first(), append.records().subList(0, n)));
          if (part.covers(found)) {
            return true;
          }
        }
      }
      expected.apply(next.write());
      if (expected.covers(found)) {
        return true;
      }
    }
    return false;
  }

  /** The process that holds the log is gone. */
  void crash() {
    current = null;
  }

  private final class Link implements LinkStore, LogStore, StableStore {
    private final LinkStore real;

    Link(LinkStore real) {
      this.real = real;
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
      return real.log().firstIndex();
    }

    @Override
    public long lastIndex() {
      return real.log().lastIndex();
    }

    @Override
    public void append(long first, List<Bytes> records, Pending pending) {
      if (first <= lastIndex()) {
        disk.listener.truncated();
      }
      List<Bytes> own = new ArrayList<>(records);
      real.log().append(first, records, issue(new Write.Append(first, own), pending));
    }

    @Override
    public void reset(long next, Pending pending) {
      real.log().reset(next, issue(new Write.Reset(next), pending));
    }

    @Override
    public void trimPrefix(long first) {
      issued.add(new Issued(new Write.Trim(first), 0));
      real.log().trimPrefix(first);
    }

    @Override
    public void save(Bytes record, Pending pending) {
      real.stable().save(record, issue(new Write.Save(record.copy()), pending));
    }

    private Pending issue(Write write, Pending pending) {
      if (disk.corruptionSeen()) {
        disk.listener.wroteAfterCorruption(file);
      }
      issued.add(new Issued(write, pending.number()));
      return new Pending(
          pending.number(),
          new Pending.Listener() {
            @Override
            public void durable(DurableToken token) {
              if (current == Link.this) {
                acknowledge(token.number());
              }
              pending.complete();
              if (write instanceof Write.Save) {
                disk.stableSaved();
              }
            }

            @Override
            public void failed(StorageException why) {
              pending.fail(why);
            }
          });
    }

    private void acknowledge(long number) {
      while (!issued.isEmpty() && issued.peek().number() <= number) {
        acknowledged.apply(issued.poll().write());
      }
    }

    @Override
    public List<Bytes> read(long first, int maxBytes) {
      return real.log().read(first, maxBytes);
    }

    @Override
    public Bytes load() {
      return real.stable().load();
    }

    @Override
    public void close() {
      real.close();
    }
  }
}
