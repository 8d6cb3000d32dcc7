package org.quorate.runtime.osgi;

import java.util.Hashtable;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.osgi.framework.Bundle;
import org.osgi.framework.BundleContext;
import org.osgi.framework.ServiceFactory;
import org.osgi.framework.ServiceRegistration;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.ConfigurationPolicy;
import org.osgi.service.component.annotations.Deactivate;
import org.osgi.service.component.annotations.Reference;
import org.quorate.core.config.ParameterException;
import org.quorate.core.config.ParameterRegistry;
import org.quorate.runtime.coordination.SharedCoordinator;
import org.quorate.spi.config.Options;
import org.quorate.spi.coordination.CoordinationException;
import org.quorate.spi.coordination.CoordinationException.Code;
import org.quorate.spi.coordination.Coordinator;
import org.quorate.spi.coordination.CoordinatorProvider;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A {@code Coordinator} of a provider, for each configuration of the factory PID {@link #PID}: {@code
 * quorate.coordinator} is its name, {@code provider.target} says which provider, {@code
 * quorate.coordinator.client} who coordinates; other keys that begin with {@code coordinator.} are options
 * of the provider. While its servers do not answer, they are asked again. Each bundle that uses the service
 * has sessions and watches of its own.
 */
@Component(
    immediate = true,
    service = {},
    configurationPid = ConfiguredCoordinator.PID,
    configurationPolicy = ConfigurationPolicy.REQUIRE)
public final class ConfiguredCoordinator implements ServiceFactory<Coordinator> {
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
  private Coordinator coordinator;
  private ServiceRegistration<Coordinator> registration;

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

  private void open() {
    provider.open(client, 1, options).whenComplete(this::opened);
  }

  private void opened(Coordinator made, Throwable problem) {
    if (problem != null) {
      failed(problem instanceof CompletionException ? problem.getCause() : problem);
      return;
    }
    synchronized (this) {
      if (closed) {
        made.shutdown();
        return;
      }
      coordinator = made;
    }
    Hashtable<String, Object> properties = new Hashtable<>();
    properties.put("quorate.coordinator", name);
    properties.put("quorate.coordinator.provider", provider.name());
    ServiceRegistration<Coordinator> registered;
    try {
      registered = context.registerService(Coordinator.class, this, properties);
    } catch (IllegalStateException e) {
      return; // the bundle stops: it is closed with the component
    }
    synchronized (this) {
      if (!closed) {
        registration = registered;
        LOG.info("coordinator '{}' is {}", name, made.name());
        return;
      }
    }
    unregister(registered);
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

  @Override
  public Coordinator getService(Bundle bundle, ServiceRegistration<Coordinator> registered) {
    return new SharedCoordinator(coordinator);
  }

  @Override
  public void ungetService(
      Bundle bundle, ServiceRegistration<Coordinator> registered, Coordinator used) {
    used.shutdown();
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
    ServiceRegistration<Coordinator> registered;
    Coordinator opened;
    synchronized (this) {
      closed = true;
      registered = registration;
      opened = coordinator;
    }
    if (registered != null) {
      unregister(registered);
    }
    if (opened != null) {
      try {
        opened.shutdown().toCompletableFuture().get(CLOSE_MS, TimeUnit.MILLISECONDS);
      } catch (ExecutionException | TimeoutException e) {
        LOG.warn("coordinator '{}' did not close in time", name, e);
      }
    }
  }
}
