package org.quorate.core.replica;

import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import org.quorate.api.Bytes;
import org.quorate.core.log.Chain;
import org.quorate.spi.consensus.Recovered;
import org.quorate.spi.storage.LinkStore;
import org.quorate.spi.storage.LogStorage;

/**
 * The stores of this replica's links: opened and read, closed and deleted, off the loop but for what
 * says that it blocks. On the group's loop.
 */
final class LinkStores {
  private static final int READ_BYTES = 1 << 20;

  /** A store that is open, and what it held. */
  record Opened(LinkStore store, Recovered found) {}

  /** Told when a storage breaks. */
  interface Failures {
    void fail(String reason, Throwable cause);
  }

  private final ReplicaConfig config;
  private final ReplicaEnvironment environment;
  private final LogStorage logs;
  private final Offload offload;
  private final Failures failures;

  LinkStores(
      ReplicaConfig config,
      ReplicaEnvironment environment,
      LogStorage logs,
      Offload offload,
      Failures failures) {
    this.config = config;
    this.environment = environment;
    this.logs = logs;
    this.offload = offload;
    this.failures = failures;
  }

  /** Opens a link's store and reads all of it; blocks. */
  Opened read(Chain.Link link) {
    LinkStore store = logs.open(config.group(), link.store(), environment.loop());
    try {
      return new Opened(store, recovered(store));
    } catch (RuntimeException e) {
      store.close();
      throw e;
    }
  }

  private static Recovered recovered(LinkStore store) {
    return new Recovered(store.stable().load(), store.log().firstIndex(), records(store), 0, null);
  }

  private static List<Bytes> records(LinkStore store) {
    long first = store.log().firstIndex();
    long last = store.log().lastIndex();
    List<Bytes> records = new ArrayList<>();
    while (first + records.size() <= last) {
      records.addAll(store.log().read(first + records.size(), READ_BYTES));
    }
    return records;
  }

  /** Opens and reads a link's store. */
  void open(Chain.Link link, Consumer<Opened> then) {
    offload.run(
        () -> read(link),
        then,
        why -> failures.fail("opening link " + link.epoch() + ": " + why.getMessage(), why),
        unclaimed -> unclaimed.store().close());
  }

  void close(LinkStore store, Runnable then) {
    offload.run(
        () -> {
          store.close();
          return null;
        },
        done -> then.run(),
        why -> failures.fail("closing a link: " + why.getMessage(), why));
  }

  /** Deletes the store of a plan's link, which is closed. */
  void delete(long planId) {
    offload.run(
        () -> {
          logs.delete(config.group(), Chain.store(planId));
          return null;
        },
        done -> {},
        why -> failures.fail("deleting a link: " + why.getMessage(), why));
  }
}
