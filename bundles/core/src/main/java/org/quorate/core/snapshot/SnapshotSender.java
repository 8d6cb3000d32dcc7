package org.quorate.core.snapshot;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.quorate.api.Bytes;
import org.quorate.api.NodeId;
import org.quorate.core.log.LogPoint;
import org.quorate.core.log.LogRecord.SnapshotMark;
import org.quorate.core.snapshot.SnapshotMessage.Chunk;
import org.quorate.core.snapshot.SnapshotMessage.Done;
import org.quorate.core.snapshot.SnapshotMessage.Help;
import org.quorate.core.snapshot.SnapshotMessage.Offer;
import org.quorate.core.snapshot.SnapshotMessage.Want;
import org.quorate.spi.storage.SnapshotStore;
import org.quorate.spi.storage.SnapshotStore.SnapshotId;
import org.quorate.spi.storage.StateCursor;
import org.quorate.spi.storage.StateStore;
import org.quorate.spi.storage.StorageException;

/**
 * Sends snapshots to peers that are behind the log. One chunk is under way per peer: the receiver
 * asks for the next, so a slow receiver slows only itself. On the group's loop; files are read on
 * workers.
 */
public final class SnapshotSender {
  private static final long RESEND_MS = 1_000;
  private static final long GIVE_UP_MS = 30_000;

  private static final class Transfer {
    final LogPoint point;

    /** What is sent, from when it is chosen on: nobody may delete it, opened or not. */
    SnapshotId id;

    SnapshotStore.Reader reader;
    int checksum;
    long sentAtMs;
    long heardAtMs;
    Want last;
    boolean reading;
    boolean begun; // a file was chosen or is being written
    boolean waiting; // for the pace to allow the piece that is wanted
    boolean ended;

    Transfer(LogPoint point, long nowMs) {
      this.point = point;
      this.heardAtMs = nowMs;
    }
  }

  private final SnapshotHost host;
  private final SnapshotStore store;
  private final SnapshotReceiver receiver;
  private final Map<NodeId, Transfer> transfers = new HashMap<>();
  private final SnapshotPace pace = new SnapshotPace();
  private final Set<SnapshotId> leaving =
      new HashSet<>(); // a worker deletes them: not to be offered
  private boolean writing;

  SnapshotSender(SnapshotHost host, SnapshotStore store, SnapshotReceiver receiver) {
    this.host = host;
    this.store = store;
    this.receiver = receiver;
  }

  /** Whether a snapshot of this replica is being written: nothing may be received meanwhile. */
  boolean writing() {
    return writing;
  }

  /**
   * Begins, unless a transfer to that peer is under way.
   *
   * @param with who should give it together with this replica
   */
  public void send(NodeId to, LogPoint point, List<NodeId> with) {
    if (transfers.containsKey(to)) {
      return;
    } else if (!host.sound()) {
      host.sent(to, point, false);
      return;
    }
    Transfer transfer = new Transfer(point, host.nowMs());
    transfers.put(to, transfer);
    List<NodeId> helpers = with.subList(0, Math.min(with.size(), host.donors() - 1));
    SnapshotId ready = newest();
    if (ready != null && point(ready).reaches(point)) {
      transfer.begun = true;
      helpers.forEach(n -> host.send(n, SnapshotMessage.encode(new Help(ready, to))));
      open(to, transfer, ready);
    } else if (helpers.isEmpty()) {
      alone(to, transfer);
    } else {
      mark(to, transfer, helpers);
    }
  }

  /** Has all of them keep the same state: the one at an ordered mark. */
  private void mark(NodeId to, Transfer transfer, List<NodeId> helpers) {
    List<NodeId> donors = new ArrayList<>(helpers.size() + 1);
    donors.add(host.self());
    donors.addAll(helpers);
    host.order(new SnapshotMark(host.nextId(), to, donors), () -> alone(to, transfer));
  }

  private void alone(NodeId to, Transfer transfer) {
    if (!transfer.begun && !transfer.ended) {
      transfer.begun = true;
      host.withImage(
          transfer.point,
          (image, at, release) -> write(to, transfer, image, at, host.nextId(), release));
    }
  }

  /** The state is at a mark now. */
  public void marked(SnapshotMark mark) {
    NodeId to = mark.to();
    Transfer own = transfers.get(to);
    if (!mark.donors().contains(host.self()) || own != null && own.begun) {
      return;
    }
    Transfer transfer = own == null ? new Transfer(host.applied(), host.nowMs()) : own;
    boolean kept =
        host.imageNow((image, at, release) -> write(to, transfer, image, at, mark.id(), release));
    if (kept) {
      transfer.begun = true;
      if (own == null) {
        transfers.put(to, transfer);
        host.gives(to);
      }
    } else if (own != null) {
      alone(to, own);
    }
  }

  /** Another one gives a snapshot: so does this replica if it has the same. */
  void onHelp(Help help) {
    boolean here = store.complete().contains(help.id()) && !leaving.contains(help.id());
    if (here
        && host.sound()
        && !transfers.containsKey(help.to())
        && !help.to().equals(host.self())) {
      Transfer transfer = new Transfer(point(help.id()), host.nowMs());
      transfer.begun = true;
      transfers.put(help.to(), transfer);
      host.gives(help.to());
      open(help.to(), transfer, help.id());
    }
  }

  /**
   * The state was found wrong: nobody gets any more of it, and what was kept of it goes. It is to be
   * called when {@link SnapshotHost#sound} turns false.
   */
  public void retract() {
    List.copyOf(transfers.entrySet()).forEach(e -> end(e.getKey(), e.getValue(), false));
    List<SnapshotId> wrong = new ArrayList<>(store.complete());
    wrong.remove(receiver.receiving());
    delete(wrong);
  }

  private void delete(List<SnapshotId> unwanted) {
    leaving.addAll(unwanted);
    host.offload(
        () -> {
          unwanted.forEach(store::delete);
          return unwanted;
        },
        leaving::removeAll,
        why -> host.failed("deleting a snapshot", why));
  }

  private static LogPoint point(SnapshotId id) {
    return new LogPoint(id.epoch(), id.inner());
  }

  private SnapshotId newest() {
    List<SnapshotId> complete = new ArrayList<>(store.complete());
    complete.remove(receiver.receiving());
    complete.removeAll(leaving);
    return complete.isEmpty() ? null : complete.get(complete.size() - 1);
  }

  private void write(
      NodeId to, Transfer transfer, StateStore image, LogPoint at, long number, Runnable release) {
    if (transfer.ended) {
      release.run();
      return;
    } else if (!receiver.abandon()) {
      release.run();
      end(to, transfer, false);
      return;
    }
    writing = true;
    SnapshotId id = new SnapshotId(at.epoch(), at.inner(), number);
    List<SnapshotId> old = new ArrayList<>(store.complete());
    transfers.values().stream().filter(t -> t.id != null).forEach(t -> old.remove(t.id));
    leaving.addAll(old);
    host.offload(
        () -> {
          old.forEach(store::delete);
          store.delete(id); // what is left of an earlier try
          try (SnapshotStore.Writer file = store.write(id);
              StateCursor entries = image.scan(Bytes.EMPTY, null)) {
            SnapshotContent.write(entries, file, host.chunkBytes(), host::wrote);
          }
          return id;
        },
        done -> {
          // Before the release: it may let another transfer clean up.
          transfer.id = done;
          old.forEach(leaving::remove);
          writing = false;
          if (transfer.ended) {
            delete(List.of(done)); // retracted meanwhile
          }
          release.run();
          open(to, transfer, done);
        },
        why -> {
          writing = false;
          release.run();
          host.failed("writing a snapshot", why);
        });
  }

  private void open(NodeId to, Transfer transfer, SnapshotId id) {
    if (transfer.ended) {
      return;
    }
    transfer.id = id;
    host.offload(
        () -> reader(id, transfer),
        reader -> {
          transfer.reader = reader;
          if (transfer.ended) {
            close(transfer);
          } else if (reader == null) {
            end(to, transfer, false);
          } else {
            offer(to, transfer);
          }
        },
        why -> host.failed("reading a snapshot", why));
  }

  /** Null if it is gone: a store may drop one when a newer one is complete. */
  private SnapshotStore.Reader reader(SnapshotId id, Transfer transfer) {
    try {
      SnapshotStore.Reader reader = store.read(id);
      transfer.checksum = SnapshotContent.checksum(reader);
      return reader;
    } catch (StorageException e) {
      if (store.complete().contains(id)) {
        throw e;
      }
      return null;
    }
  }

  private static void close(Transfer transfer) {
    if (transfer.reader != null && !transfer.reading) {
      transfer.reader.close();
    }
  }

  private void offer(NodeId to, Transfer transfer) {
    transfer.sentAtMs = host.nowMs();
    SnapshotStore.Reader file = transfer.reader;
    Offer offer = new Offer(file.id(), file.length(), transfer.checksum);
    host.send(to, SnapshotMessage.encode(offer));
  }

  void onWant(NodeId from, Want want) {
    Transfer transfer = transfers.get(from);
    if (transfer == null || transfer.reader == null || !transfer.reader.id().equals(want.id())) {
      return;
    }
    transfer.heardAtMs = host.nowMs();
    transfer.last = want;
    chunk(from, transfer);
  }

  private void chunk(NodeId to, Transfer transfer) {
    if (transfer.reading) {
      return;
    }
    transfer.waiting = !pace.allows(host.nowMs(), host.rate());
    if (transfer.waiting) {
      return;
    }
    transfer.reading = true;
    transfer.sentAtMs = host.nowMs();
    Want want = transfer.last;
    host.offload(
        () -> transfer.reader.read(want.offset(), want.bytes()),
        data -> {
          transfer.reading = false;
          if (transfer.ended) {
            transfer.reader.close();
          } else {
            pace.sent(data.length());
            host.send(to, SnapshotMessage.encode(new Chunk(want.id(), want.offset(), data)));
          }
        },
        why -> host.failed("reading a snapshot", why));
  }

  void onDone(NodeId from, Done done) {
    Transfer transfer = transfers.get(from);
    if (transfer != null && transfer.reader != null && transfer.reader.id().equals(done.id())) {
      end(from, transfer, done.ok());
    }
  }

  /** Repeats what got no answer; gives up on peers that stay silent. */
  public void tick() {
    if (transfers.isEmpty()) {
      return;
    }
    long now = host.nowMs();
    for (Map.Entry<NodeId, Transfer> e : List.copyOf(transfers.entrySet())) {
      Transfer transfer = e.getValue();
      if (transfer.reader == null || transfer.reading) {
        continue;
      }
      if (transfer.waiting) {
        chunk(e.getKey(), transfer);
      } else if (now - transfer.heardAtMs > GIVE_UP_MS) {
        end(e.getKey(), transfer, false);
      } else if (now - transfer.sentAtMs > RESEND_MS) {
        offer(e.getKey(), transfer);
      }
    }
  }

  private void end(NodeId to, Transfer transfer, boolean ok) {
    transfers.remove(to);
    transfer.ended = true;
    close(transfer);
    host.sent(to, ok ? point(transfer.reader.id()) : transfer.point, ok);
  }

  /** Under way now. */
  public int active() {
    return transfers.size();
  }
}
