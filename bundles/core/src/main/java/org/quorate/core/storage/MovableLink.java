package org.quorate.core.storage;

import java.util.ArrayDeque;
import java.util.List;
import java.util.function.Consumer;
import org.quorate.api.Bytes;
import org.quorate.spi.storage.DurableToken;
import org.quorate.spi.storage.LinkStore;
import org.quorate.spi.storage.LogStore;
import org.quorate.spi.storage.Pending;
import org.quorate.spi.storage.StableStore;
import org.quorate.spi.storage.StorageException;

/**
 * The store of a link that can go on in another storage without a pause. A mirror is attached beside
 * the live store and gets what that holds, piece by piece, and all that is written meanwhile. {@link
 * #require Required}, it has to be durable as well before a write counts: from then on either of the
 * two knows everything that was promised, and {@link #promote} exchanges them.
 *
 * <p>On the group's loop but for the opening and {@link #close()}, which may come from a worker.
 */
final class MovableLink implements LinkStore, LogStore, StableStore {
  private static final int PIECE_BYTES = 256 << 10;
  private static final int PIECES_AHEAD = 2;

  /** One of the two stores, and how many of the writes it has made durable. */
  private final class Side implements Pending.Listener {
    private final LinkStore store;
    private long done;

    Side(LinkStore store) {
      this.store = store;
    }

    @Override
    public void durable(DurableToken token) {
      settled(this, token.number());
    }

    @Override
    public void failed(StorageException why) {
      broke(this, why);
    }
  }

  /** Writes that only bring the mirror up to the live store: nobody waits for one of them. */
  private final class Copying implements Pending.Listener {
    private final Side to;
    private int onTheirWay;

    Copying(Side to) {
      this.to = to;
    }

    Pending write() {
      onTheirWay++;
      return new Pending(0, this);
    }

    @Override
    public void durable(DurableToken token) {
      copied(this);
    }

    @Override
    public void failed(StorageException why) {
      broke(to, why);
    }
  }

  /** How far the live store is. */
  record Content(long lastIndex, Bytes stable) {
    static Content of(LinkStore store) {
      return new Content(store.log().lastIndex(), store.stable().load());
    }
  }

  private final ArrayDeque<Pending> waiting = new ArrayDeque<>();
  private final Runnable onClose;
  private Side live;
  private Side mirror;
  private LinkStore offered;

  /** What the live store had before the mirror came, and what it was given since. */
  private Copying pieces;

  private Copying changes;
  private Consumer<StorageException> onBrokenMirror;
  private Consumer<StorageException> onDamaged;
  private long issued;
  private long answered;

  /** Where the mirror is behind the live store. */
  private long next;

  private boolean required;
  private boolean failed;
  private boolean closed;
  private Content last;

  MovableLink(LinkStore store, Runnable onClose) {
    this.live = new Side(store);
    this.onClose = onClose;
  }

  // ---- the mirror ----------------------------------------------------------------------------

  /**
   * Gives it the store of a mirror that {@link #attach} begins to keep; on any thread.
   *
   * @param store empty
   * @return false if the link is closed: then the store is still the caller's
   */
  synchronized boolean offer(LinkStore store) {
    if (!closed) {
      offered = store;
    }
    return !closed;
  }

  /**
   * Begins to keep the mirror that was offered; there is nothing to do for a link that is closed.
   *
   * @param broken told when the mirror fails, not more than once
   * @param damaged told at once, on the loop, when the live store is found damaged
   */
  synchronized void attach(Consumer<StorageException> broken, Consumer<StorageException> damaged) {
    LinkStore store = offered;
    if (closed || store == null) {
      return;
    }
    offered = null;
    onDamaged = damaged;
    begin(store, broken, live.store.log().firstIndex());
    if (next != 1) {
      store.log().reset(next, changes.write());
    }
    Bytes stable = live.store.stable().load();
    if (stable != null) {
      store.stable().save(stable, changes.write());
    }
    copyOn();
  }

  /** The same with a store that has all that the live one has, durably. */
  synchronized void attachEqual(LinkStore store, Consumer<StorageException> broken) {
    begin(store, broken, live.store.log().lastIndex() + 1);
    require();
  }

  private void begin(LinkStore store, Consumer<StorageException> broken, long from) {
    mirror = new Side(store);
    pieces = new Copying(mirror);
    changes = new Copying(mirror);
    onBrokenMirror = broken;
    next = from;
  }

  private void copyOn() {
    try {
      while (pieces.onTheirWay < PIECES_AHEAD && !level() && !failed) {
        List<Bytes> piece = live.store.log().read(next, PIECE_BYTES);
        mirror.store.log().append(next, piece, pieces.write());
        next += piece.size();
      }
    } catch (StorageException e) {
      if (e.kind() == StorageException.Kind.CORRUPT) {
        failed = true;
        onDamaged.accept(e);
      } else {
        broke(mirror, e); // what cannot be read here is not lost yet: others have it
      }
    }
  }

  private synchronized void copied(Copying what) {
    what.onTheirWay--;
    if (what == pieces && mirror != null && !closed) {
      copyOn();
    }
  }

  private boolean level() {
    return next > live.store.log().lastIndex();
  }

  synchronized boolean closed() {
    return closed;
  }

  /** What it has, or had when it was closed. */
  synchronized Content content() {
    return closed ? last : Content.of(live.store);
  }

  synchronized boolean mirrored() {
    return mirror != null;
  }

  /** Whether the mirror was given all that the live store was given. */
  synchronized boolean inStep() {
    return mirror != null && !closed && level();
  }

  /** From now on a write counts when both have it; only while {@link #inStep}. */
  synchronized void require() {
    if (!required) {
      required = true;
      mirror.done = issued;
    }
  }

  /** Whether all that was answered, ever, is durable in the mirror. */
  synchronized boolean safe() {
    return required && pieces.onTheirWay == 0 && changes.onTheirWay == 0;
  }

  /**
   * Goes on with the mirror alone; the store that was live is the caller's to close. Null if the link is
   * closed, or if there is no mirror: then it was reported as broken.
   */
  synchronized LinkStore promote() {
    if (closed || mirror == null) {
      return null;
    }
    LinkStore old = live.store;
    live = mirror;
    mirror = null;
    required = false;
    settle();
    return old;
  }

  /** Goes on without the mirror, which is the caller's to close; null if there is none to close. */
  synchronized LinkStore drop() {
    LinkStore dropped = mirror == null ? offered : mirror.store;
    if (closed || dropped == null) {
      return null;
    }
    mirror = null;
    offered = null;
    required = false;
    settle();
    return dropped;
  }

  // ---- what has come true ------------------------------------------------------------------

  private synchronized void settled(Side side, long number) {
    if (number > side.done) {
      side.done = number;
    }
    if (side == live || side == mirror) {
      settle();
    }
  }

  private void settle() {
    long upTo = required ? Math.min(live.done, mirror.done) : live.done;
    while (answered < upTo && !closed && !failed) {
      answered++;
      waiting.removeFirst().complete();
    }
  }

  private void broke(Side side, StorageException why) {
    Consumer<StorageException> told = null;
    synchronized (this) {
      if (side == live && !failed && !closed) {
        failed = true;
        if (!waiting.isEmpty()) {
          waiting.removeFirst().fail(why);
        }
      } else if (side == mirror && !closed) {
        told = onBrokenMirror;
        onBrokenMirror = why2 -> {};
      }
    }
    if (told != null) {
      told.accept(why);
    }
  }

  // ---- what the driver does ------------------------------------------------------------------

  private Pending issue(Pending pending) {
    waiting.addLast(pending);
    issued++;
    return new Pending(issued, live);
  }

  private Pending mirrored(boolean counts) {
    return counts ? new Pending(issued, mirror) : changes.write();
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
    return live.store.log().firstIndex();
  }

  @Override
  public long lastIndex() {
    return live.store.log().lastIndex();
  }

  @Override
  public synchronized void append(long first, List<Bytes> records, Pending pending) {
    live.store.log().append(first, records, issue(pending));
    if (mirror != null && first <= next) {
      mirror.store.log().append(first, records, mirrored(required));
      next = first + records.size();
    }
  }

  @Override
  public synchronized void reset(long to, Pending pending) {
    live.store.log().reset(to, issue(pending));
    if (mirror != null) {
      mirror.store.log().reset(to, mirrored(required));
      next = to;
    }
  }

  @Override
  public synchronized void trimPrefix(long first) {
    live.store.log().trimPrefix(first);
    if (mirror != null) {
      if (first > next) {
        mirror.store.log().reset(first, changes.write());
        next = first;
      } else {
        mirror.store.log().trimPrefix(first);
      }
    }
  }

  @Override
  public List<Bytes> read(long first, int maxBytes) {
    return live.store.log().read(first, maxBytes);
  }

  @Override
  public Bytes load() {
    return live.store.stable().load();
  }

  @Override
  public synchronized void save(Bytes record, Pending pending) {
    live.store.stable().save(record, issue(pending));
    if (mirror != null) {
      mirror.store.stable().save(record, mirrored(required));
    }
  }

  /** Nothing settles afterwards; whether the mirror is level then is for the caller to find out. */
  @Override
  public void close() {
    LinkStore first;
    LinkStore second;
    synchronized (this) {
      if (closed) {
        return;
      }
      last = Content.of(live.store);
      closed = true;
      first = live.store;
      second = mirror == null ? offered : mirror.store;
    }
    try {
      first.close();
    } finally {
      if (second != null) {
        second.close();
      }
      onClose.run();
    }
  }
}
