package org.quorate.spi.storage;

/**
 * A write on its way to disk. Made by the driver, completed or failed once by the storage, on the
 * group's loop. Writes of one {@link LinkStore} complete in the order they were issued, log and
 * stable record alike.
 */
public final class Pending {
  /** Told once, on the group's loop. */
  public interface Listener {
    void durable(DurableToken token);

    void failed(StorageException why);
  }

  private final long number;
  private final Listener listener;
  private boolean settled;

  public Pending(long number, Listener listener) {
    this.number = number;
    this.listener = listener;
  }

  /** Rises by one with each write of a link. */
  public long number() {
    return number;
  }

  /** The storage says: it is on disk, and so is all before it. */
  public void complete() {
    settle();
    listener.durable(new DurableToken(number));
  }

  /** The storage says: it is not known to be on disk and never will be. */
  public void fail(StorageException why) {
    settle();
    listener.failed(why);
  }

  private void settle() {
    if (settled) {
      throw new IllegalStateException("write #" + number + " settled twice");
    }
    settled = true;
  }

  @Override
  public String toString() {
    return "pending#" + number;
  }
}
