package org.quorate.runtime.osgi;

import java.util.Hashtable;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.osgi.framework.BundleContext;
import org.osgi.framework.ServiceRegistration;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.ConfigurationPolicy;
import org.osgi.service.component.annotations.Deactivate;
import org.osgi.service.component.annotations.Reference;
import org.quorate.coordinator.swap.SwapRecord;
import org.quorate.core.config.ParameterException;
import org.quorate.core.config.ParameterRegistry;
import org.quorate.runtime.coordination.SharedCoordinator;
import org.quorate.spi.config.Options;
import org.quorate.spi.coordination.CoordinationException;
import org.quorate.spi.coordination.CoordinationException.Code;
import org.quorate.spi.coordination.Coordinator;
import org.quorate.spi.coordination.CoordinatorPlace;
import org.quorate.spi.coordination.CoordinatorProvider;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A place for the keys of a coordinator at a provider, for each configuration of the factory PID {@link #PID}: {@code
 * quorate.coordinator} is its name, {@code provider.target} says which provider, {@code
 * quorate.coordinator.client} who coordinates; other keys that begin with {@code coordinator.} are options
 * of the provider. While its servers do not answer, they are asked again. {@link OfferedCoordinators} offers
 * it to bundles.
 */
@Component(
    immediate = true,
    service = {},
    configurationPid = ConfiguredCoordinator.PID,
    configurationPolicy = ConfigurationPolicy.REQUIRE)
public final class ConfiguredCoordinator implements CoordinatorPlace {
  /** Factory PID of coordinators. */
  public static final String PID = "org.quorate.coordinator";

  private static final Logger LOG = LoggerFactory.getLogger(ConfiguredCoordinator.class);
  private static final long AGAIN_MS = 2_000;
  private static final long CLOSE_MS = 5_000;

  private final BundleContext context;
  private final CoordinatorProvider provider;
  private final String name;
  private final String client;
  private Options options;
  private boolean closed;
  private boolean complained;
  private final Map<Long, Opened> opened = new TreeMap<>(); // guarded by this
  private ServiceRegistration<CoordinatorPlace> registration;

  /** The coordinator of an epoch, which all users of it share. */
  private static final class Opened {
    private final CompletableFuture<Coordinator> coordinator;
    private int users;

    Opened(CompletionStage<Coordinator> coordinator) {
      this.coordinator = coordinator.toCompletableFuture();
    }
  }

  @Activate
  public ConfiguredCoordinator(
      BundleContext context,
      @Reference(name = "provider") CoordinatorProvider provider,
      Map<String, Object> properties) {
    this.context = context;
    this.provider = provider;
    this.name = String.valueOf(properties.getOrDefault("quorate.coordinator", provider.name()));
    this.client = String.valueOf(properties.getOrDefault("quorate.coordinator.client", "node"));
    Map<String, String> wanted = new TreeMap<>();
    properties.forEach(
        (key, value) -> {
          if (key.startsWith("coordinator.")) {
            wanted.put(key, String.valueOf(value));
          }
        });
    try {
      options = ParameterRegistry.options(wanted, provider.parameters());
      open();
    } catch (ParameterException e) {
      LOG.error("coordinator '{}' is off: {}", name, e.getMessage());
    }
  }

  /** Looks whether its servers answer. */
  private void open() {
    open(client, SwapRecord.FIRST_EPOCH).whenComplete(this::opened);
  }

  private void opened(Coordinator made, Throwable problem) {
    if (problem != null) {
      failed(problem instanceof CompletionException ? problem.getCause() : problem);
      return;
    }
    Hashtable<String, Object> properties = new Hashtable<>();
    properties.put("quorate.coordinator.place", name);
    properties.put("quorate.coordinator.provider", provider.name());
    ServiceRegistration<CoordinatorPlace> registered;
    try {
      registered = context.registerService(CoordinatorPlace.class, this, properties);
    } catch (IllegalStateException e) {
      return; // the bundle stops: it is closed with the component
    }
    synchronized (this) {
      if (!closed) {
        registration = registered;
        LOG.info("coordinator '{}' can be at {}", name, made.name());
        return;
      }
    }
    unregister(registered);
  }

  // ---- the place ------------------------------------------------------------------------------

  @Override
  public String name() {
    return name;
  }

  @Override
  public CompletionStage<Coordinator> open(String user, long epoch) {
    Opened at;
    synchronized (this) {
      if (closed) {
        return CompletableFuture.failedFuture(
            new CoordinationException(Code.UNAVAILABLE, "coordinator '" + name + "' is closed"));
      }
      at = opened.computeIfAbsent(epoch, e -> new Opened(provider.open(client, epoch, options)));
      at.users++;
    }
    return at.coordinator
        .whenComplete(
            (made, problem) -> {
              if (problem != null) {
                leave(epoch, at);
              }
            })
        .thenApply(made -> new SharedCoordinator(made, () -> leave(epoch, at)));
  }

  /** The last user of an epoch closes it; its sessions are over, or have gone on elsewhere. */
  private CompletionStage<Void> leave(long epoch, Opened at) {
    synchronized (this) {
      at.users--;
      if (at.users > 0) {
        return CompletableFuture.completedFuture(null);
      }
      opened.remove(epoch, at);
    }
    return at.coordinator.thenCompose(Coordinator::abandon);
  }

  private synchronized void failed(Throwable problem) {
    if (closed) {
      return;
    }
    if (problem instanceof CoordinationException e && e.code() == Code.UNAVAILABLE) {
      if (!complained) {
        LOG.warn("coordinator '{}' waits for its servers: {}", name, e.getMessage());
      }
      complained = true;
      CompletableFuture.delayedExecutor(AGAIN_MS, TimeUnit.MILLISECONDS).execute(this::again);
    } else {
      LOG.error("coordinator '{}' is off: {}", name, problem.getMessage(), problem);
    }
  }

  private void again() {
    synchronized (this) {
      if (closed) {
        return;
      }
    }
    open();
  }

  private static void unregister(ServiceRegistration<?> registered) {
    try {
      registered.unregister();
    } catch (IllegalStateException e) {
      LOG.debug("the framework has taken the service of a coordinator back");
    }
  }

  @Deactivate
  void close() throws InterruptedException {
    ServiceRegistration<CoordinatorPlace> registered;
    List<Opened> last;
    synchronized (this) {
      closed = true;
      registered = registration;
    }
    if (registered != null) {
      unregister(registered);
    }
    synchronized (this) {
      last = List.copyOf(opened.values());
      opened.clear();
    }
    for (Opened each : last) {
      close(each);
    }
  }

  private void close(Opened last) throws InterruptedException {
    try {
      last.coordinator.thenCompose(Coordinator::shutdown).get(CLOSE_MS, TimeUnit.MILLISECONDS);
    } catch (ExecutionException | TimeoutException e) {
      LOG.warn("coordinator '{}' did not close in time", name, e);
    }
  }
}
