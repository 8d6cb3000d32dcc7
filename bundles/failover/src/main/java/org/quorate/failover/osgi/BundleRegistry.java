package org.quorate.failover.osgi;

import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import org.quorate.failover.Events;
import org.quorate.failover.Registry;
import org.quorate.failover.Self;
import org.quorate.failover.Settings;
import org.quorate.spi.coordination.Coordinator;
import org.quorate.spi.coordination.kit.LoopThread;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The registry of one bundle: a node of its own, with a loop and workers. */
final class BundleRegistry {
  private static final Logger LOG = LoggerFactory.getLogger(ConfiguredRegistry.class);

  private final LoopThread loop;
  private final ExecutorService workers;
  private final Registry registry;

  /** Registers. */
  BundleRegistry(Coordinator coordinator, String root, Settings settings, Self self) {
    loop = new LoopThread("failover " + self);
    workers =
        Executors.newCachedThreadPool(
            task -> {
              Thread thread = new Thread(task, "takeover " + self);
              thread.setDaemon(true);
              return thread;
            });
    registry =
        new Registry(
            coordinator,
            root,
            settings,
            self,
            loop,
            workers,
            (kind, text) -> log(self, kind, text));
    registry.start();
  }

  private static void log(Self self, Events.Kind kind, String text) {
    switch (kind) {
      case REGISTERED, LEADS, TAKEOVER -> LOG.info("failover {}: {} {}", self, kind, text);
      case FENCED, REPLACED, PARKED, FO_STUCK, BROKEN ->
          LOG.warn("failover {}: {} {}", self, kind, text);
    }
  }

  Registry registry() {
    return registry;
  }

  /** Gives the lease back, so that others go on with what was begun here at once. */
  void close() {
    registry
        .shutdown()
        .whenComplete(
            (ok, e) -> {
              loop.close();
              workers.shutdown();
            });
  }
}
