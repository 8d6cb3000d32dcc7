package org.quorate.operations.osgi;

import java.util.Hashtable;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.osgi.framework.BundleContext;
import org.osgi.framework.ServiceRegistration;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.ConfigurationPolicy;
import org.osgi.service.component.annotations.Deactivate;
import org.osgi.service.component.annotations.Reference;
import org.quorate.operations.Events;
import org.quorate.operations.OperationParameters;
import org.quorate.operations.Operations;
import org.quorate.operations.Operators;
import org.quorate.operations.Self;
import org.quorate.spi.coordination.Coordinator;
import org.quorate.spi.coordination.kit.LoopThread;
import org.quorate.spi.operations.ClusterOperations;
import org.quorate.spi.operations.OperationException;
import org.quorate.spi.operations.Participant;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A {@code ClusterOperations} for each configuration of the factory PID {@link #PID}, with the property
 * {@code quorate.operations=NAME}: {@code coordinator.target} says on which coordinator, {@code
 * participant.target} with which product, {@code quorate.operations.root} below which key; {@code
 * quorate.operations.node} and {@code .address} are the node's, keys that begin with {@code op.} are
 * parameters. The node goes offline when one of the two services goes, which waits until the product has
 * stopped.
 */
@Component(
    immediate = true,
    service = {},
    configurationPid = ConfiguredOperations.PID,
    configurationPolicy = ConfigurationPolicy.REQUIRE)
public final class ConfiguredOperations {
  /** Factory PID of cluster operations. */
  public static final String PID = "org.quorate.operations";

  private static final Logger LOG = LoggerFactory.getLogger(ConfiguredOperations.class);
  private static final long LONGEST_MS = 30_000;

  private final Map<String, Object> properties;
  private final String name;
  private LoopThread loop;
  private ExecutorService workers;
  private Operations operations;
  private long leaseMs;
  private ServiceRegistration<ClusterOperations> registration;

  @Activate
  public ConfiguredOperations(
      BundleContext context,
      @Reference(name = "coordinator") Coordinator coordinator,
      @Reference(name = "participant") Participant participant,
      Map<String, Object> properties) {
    this.properties = properties;
    this.name = text("quorate.operations", "default");
    try {
      start(coordinator, participant);
    } catch (OperationException e) {
      stop();
      LOG.error("cluster operations '{}' are off: {}", name, e.getMessage());
      return;
    }
    Hashtable<String, Object> offered = new Hashtable<>();
    offered.put("quorate.operations", name);
    registration = context.registerService(ClusterOperations.class, operations, offered);
  }

  private String text(String key, String fallback) {
    return String.valueOf(properties.getOrDefault(key, fallback));
  }

  private void start(Coordinator coordinator, Participant participant) {
    Map<String, String> wanted = new TreeMap<>();
    properties.forEach(
        (key, value) -> {
          if (key.startsWith("op.")) {
            wanted.put(key, String.valueOf(value));
          }
        });
    String node = text("quorate.operations.node", "node");
    Self self = new Self(node, text("quorate.operations.address", node));
    var settings = OperationParameters.settings(wanted);
    leaseMs = settings.leaseMs();
    final String root = text("quorate.operations.root", Operators.ROOT);
    loop = new LoopThread("operations " + name);
    workers =
        Executors.newCachedThreadPool(
            task -> {
              Thread thread = new Thread(task, "participant " + name);
              thread.setDaemon(true);
              return thread;
            });
    operations =
        new Operations(coordinator, root, settings, self, participant, loop, workers, this::log);
    operations.start();
    LOG.info("cluster operations '{}' are at {} of {}", name, root, coordinator.name());
  }

  private void log(Events.Kind kind, String text) {
    switch (kind) {
      case ONLINE, TAKEN_OVER -> LOG.info("cluster operations {}: {} {}", name, kind, text);
      default -> LOG.warn("cluster operations {}: {} {}", name, kind, text);
    }
  }

  @Deactivate
  void stop() {
    if (registration != null) {
      registration.unregister();
    }
    if (operations == null) {
      end();
    } else {
      operations.shutdown().thenRun(this::end);
      awaitSilence();
    }
  }

  /**
   * The coordinator is given back when this returns, and the lease with it: the others would go on while the
   * product serves still, and another instance would bring it online while it stops.
   */
  private void awaitSilence() {
    long mostMs = Math.min(leaseMs, LONGEST_MS); // after its lease the others go on all the same
    try {
      operations.silent().toCompletableFuture().get(mostMs, TimeUnit.MILLISECONDS);
    } catch (TimeoutException e) {
      LOG.warn(
          "cluster operations '{}': the product was told to be offline {} ms ago and has not"
              + " stopped; the others go on without it",
          name,
          mostMs);
    } catch (ExecutionException e) {
      throw new IllegalStateException(e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private void end() {
    if (loop != null) {
      loop.close();
      workers.shutdown();
    }
  }
}
