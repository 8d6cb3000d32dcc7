package org.quorate.core.storage;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import java.util.concurrent.Executor;
import java.util.function.Consumer;
import org.quorate.api.Bytes;
import org.quorate.api.GroupId;
import org.quorate.spi.storage.DurableToken;
import org.quorate.spi.storage.LinkStore;
import org.quorate.spi.storage.LogStorage;
import org.quorate.spi.storage.Pending;
import org.quorate.spi.storage.StorageException;

/**
 * The log storage of one replica, which can be exchanged while its links are open. While a mirror
 * storage is there, every link that is opened, closed or deleted is so in both. Thread-safe.
 */
final class MovableLogs implements LogStorage {
  private static final int PIECE_BYTES = 1 << 20;

  /** A copy that is waited for by closing its store. */
  private static final Pending.Listener UNHEARD =
      new Pending.Listener() {
        @Override
        public void durable(DurableToken token) {}

        @Override
        public void failed(StorageException why) {}
      };

  /** Held while a store is opened in the mirror storage for an open link, or one is deleted there. */
  private final Object mirroring = new Object();

  private final GroupId group;
  private final Map<Long, MovableLink> open = new TreeMap<>();
  private LogStorage live;
  private LogStorage mirror;
  private Consumer<StorageException> onBrokenMirror;
  private int opening;

  MovableLogs(GroupId group, LogStorage live) {
    this.group = group;
    this.live = live;
  }

  @Override
  public synchronized String name() {
    return live.name();
  }

  @Override
  public synchronized boolean durable() {
    return live.durable();
  }

  synchronized LogStorage live() {
    return live;
  }

  // ---- what the replica does -----------------------------------------------------------------

  @Override
  public LinkStore open(GroupId of, long epoch, Executor loop) {
    LogStorage from;
    LogStorage to;
    Consumer<StorageException> broken;
    synchronized (this) {
      from = live;
      to = mirror;
      broken = onBrokenMirror;
      opening++;
    }
    MovableLink link = null;
    try {
      link = new MovableLink(from.open(of, epoch, loop), () -> closed(epoch));
      if (to != null) {
        mirror(link, to, epoch, loop, broken);
      }
      return link;
    } catch (RuntimeException e) {
      if (link != null) {
        link.close();
        link = null;
      }
      throw e;
    } finally {
      opened(epoch, link, from, to);
    }
  }

  /** A mirror that fails ends the move, or the process where it may count already: not the opening. */
  private void mirror(
      MovableLink link,
      LogStorage to,
      long epoch,
      Executor loop,
      Consumer<StorageException> broken) {
    try {
      link.attachEqual(copied(link, to, epoch, loop), broken);
    } catch (StorageException e) {
      broken.accept(e);
    }
  }

  /** What the mirror storage is to hold of a link that nobody writes to yet. */
  private LinkStore copied(MovableLink link, LogStorage to, long epoch, Executor loop) {
    LinkStore store = to.open(group, epoch, loop);
    if (link.content().equals(MovableLink.Content.of(store))) {
      return store;
    }
    try (store) {
      long next = link.firstIndex();
      store.log().reset(next, new Pending(0, UNHEARD));
      if (link.load() != null) {
        store.stable().save(link.load(), new Pending(0, UNHEARD));
      }
      while (next <= link.lastIndex()) {
        List<Bytes> piece = link.read(next, PIECE_BYTES);
        store.log().append(next, piece, new Pending(0, UNHEARD));
        next += piece.size();
      }
    }
    LinkStore reopened = to.open(group, epoch, loop);
    if (!link.content().equals(MovableLink.Content.of(reopened))) {
      reopened.close();
      throw new StorageException(
          StorageException.Kind.IO, "link " + epoch + " was not copied to log '" + to.name() + "'");
    }
    return reopened;
  }

  /** The exchange may have gone on while it was opened. */
  private void opened(long epoch, MovableLink link, LogStorage from, LogStorage to) {
    LinkStore useless = null;
    synchronized (this) {
      opening--;
      if (link != null) {
        open.put(epoch, link);
        if (live != from) {
          useless = link.promote();
        } else if (mirror != to && to != null) {
          useless = link.drop();
        }
      }
    }
    if (useless != null) {
      useless.close();
    }
  }

  private void closed(long epoch) {
    MovableLink link = link(epoch);
    try {
      if (link != null && link.mirrored()) {
        verify(link, epoch);
      }
    } finally {
      synchronized (this) {
        open.remove(epoch);
      }
    }
  }

  /** A link that is closed is in the mirror as it was in the live storage, or the mirror is broken. */
  private void verify(MovableLink link, long epoch) {
    LogStorage to;
    Consumer<StorageException> broken;
    synchronized (this) {
      to = mirror;
      broken = onBrokenMirror;
    }
    if (to == null) {
      return;
    }
    try (LinkStore copy = to.open(group, epoch, Runnable::run)) {
      if (!link.content().equals(MovableLink.Content.of(copy))) {
        broken.accept(
            new StorageException(
                StorageException.Kind.IO,
                "link " + epoch + " was closed before log '" + to.name() + "' had all of it"));
      }
    } catch (StorageException e) {
      broken.accept(e);
    }
  }

  @Override
  public void delete(GroupId of, long epoch) {
    LogStorage from;
    LogStorage to;
    synchronized (this) {
      from = live;
      to = mirror;
    }
    from.delete(of, epoch);
    if (to != null) {
      synchronized (mirroring) {
        to.delete(of, epoch);
      }
    }
  }

  /** The storages are the node's. */
  @Override
  public void close() {}

  // ---- the exchange; on the group's loop -----------------------------------------------------

  /**
   * Links that are opened from now on are opened in both.
   *
   * @param broken told, on any thread, when the mirror fails
   */
  synchronized void begin(LogStorage to, Consumer<StorageException> broken) {
    mirror = to;
    onBrokenMirror = broken;
  }

  /**
   * Opens the store of an open link's mirror, which is the link's from then on; blocks. When the link is
   * closed meanwhile, the store is closed as well before anybody deletes the link. Returns the link.
   */
  MovableLink openMirror(MovableLink link, long epoch, LogStorage to, Executor loop) {
    synchronized (mirroring) {
      if (!link.closed()) {
        LinkStore store = to.open(group, epoch, loop);
        if (!link.offer(store)) {
          store.close();
        }
      }
    }
    return link;
  }

  /** Epochs of the open links. */
  synchronized List<Long> epochs() {
    return new ArrayList<>(open.keySet());
  }

  /** An open link, or null. */
  synchronized MovableLink link(long epoch) {
    return open.get(epoch);
  }

  /** Whether every link is open, and level with its mirror. */
  synchronized boolean inStep() {
    return opening == 0 && open.values().stream().allMatch(MovableLink::inStep);
  }

  /** From now on what is promised is durable in both. */
  synchronized void require() {
    open.values().forEach(MovableLink::require);
  }

  /** Whether the mirror has all that was ever promised. */
  synchronized boolean safe() {
    return opening == 0 && open.values().stream().allMatch(MovableLink::safe);
  }

  /** Whether no link is being opened or closed. */
  synchronized boolean quiet() {
    return opening == 0 && open.values().stream().noneMatch(MovableLink::closed);
  }

  /** Goes on with the mirror alone; the stores that were live are the caller's to close. */
  synchronized List<LinkStore> promote() {
    live = mirror;
    mirror = null;
    return open.values().stream().map(MovableLink::promote).filter(Objects::nonNull).toList();
  }

  /** Goes on without the mirror; its stores are the caller's to close. */
  synchronized List<LinkStore> drop() {
    mirror = null;
    return open.values().stream().map(MovableLink::drop).filter(Objects::nonNull).toList();
  }
}
