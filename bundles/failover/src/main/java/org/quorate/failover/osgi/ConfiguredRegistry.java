package org.quorate.failover.osgi;

import java.util.HashMap;
import java.util.Hashtable;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import java.util.function.BiConsumer;
import org.osgi.framework.Bundle;
import org.osgi.framework.BundleContext;
import org.osgi.framework.ServiceFactory;
import org.osgi.framework.ServiceReference;
import org.osgi.framework.ServiceRegistration;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.ConfigurationPolicy;
import org.osgi.service.component.annotations.Deactivate;
import org.osgi.service.component.annotations.Reference;
import org.osgi.service.component.annotations.ReferenceCardinality;
import org.osgi.service.component.annotations.ReferencePolicy;
import org.quorate.failover.FailoverParameters;
import org.quorate.failover.Operators;
import org.quorate.failover.Registry;
import org.quorate.failover.Self;
import org.quorate.failover.Settings;
import org.quorate.spi.coordination.CoordinationException;
import org.quorate.spi.coordination.Coordinator;
import org.quorate.spi.failover.FailoverException;
import org.quorate.spi.failover.FailoverRegistry;
import org.quorate.spi.failover.TakeoverHandler;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A {@code FailoverRegistry} for each configuration of the factory PID {@link #PID}: {@code
 * quorate.failover} is its name, {@code coordinator.target} says on which coordinator, {@code
 * quorate.failover.root} below which key; {@code quorate.failover.node}, {@code .address} and {@code
 * .capacity} are the node's, keys that begin with {@code fo.} are parameters. Each bundle that uses the
 * service is registered for itself, as NODE:SYMBOLIC-NAME, with the handlers that it publishes; when it
 * gives the service back or stops, its records go to others.
 */
@Component(
    immediate = true,
    service = {},
    configurationPid = ConfiguredRegistry.PID,
    configurationPolicy = ConfigurationPolicy.REQUIRE)
public final class ConfiguredRegistry implements ServiceFactory<FailoverRegistry> {
  /** Factory PID of failover registries. */
  public static final String PID = "org.quorate.failover";

  private static final Logger LOG = LoggerFactory.getLogger(ConfiguredRegistry.class);

  private final BundleContext context;
  private final Coordinator coordinator;
  private final Map<String, Object> properties;
  private final String name;
  private final Map<ServiceReference<TakeoverHandler>, TakeoverHandler> handlers = new HashMap<>();
  private final Map<Bundle, BundleRegistry> users = new HashMap<>();
  private Settings settings;
  private ServiceRegistration<FailoverRegistry> registration;

  @Activate
  public ConfiguredRegistry(
      BundleContext context,
      @Reference(name = "coordinator") Coordinator coordinator,
      Map<String, Object> properties) {
    this.context = context;
    this.coordinator = coordinator;
    this.properties = properties;
    this.name = text("quorate.failover", "default");
    open();
  }

  private String text(String key, String fallback) {
    return String.valueOf(properties.getOrDefault(key, fallback));
  }

  /** Also without a user: what is wrong with the configuration is told when it is made. */
  private void open() {
    Map<String, String> wanted = new TreeMap<>();
    properties.forEach(
        (key, value) -> {
          if (key.startsWith("fo.")) {
            wanted.put(key, String.valueOf(value));
          }
        });
    try {
      settings = FailoverParameters.settings(wanted);
      self("bundle");
      new Operators(coordinator, root());
    } catch (FailoverException | CoordinationException e) {
      LOG.error("failover registry '{}' is off: {}", name, e.getMessage());
      return;
    }
    Hashtable<String, Object> offered = new Hashtable<>();
    offered.put("quorate.failover", name);
    ServiceRegistration<FailoverRegistry> registered =
        context.registerService(FailoverRegistry.class, this, offered);
    synchronized (this) {
      registration = registered;
    }
    LOG.info("failover registry '{}' is at {} of {}", name, root(), coordinator.name());
  }

  private String root() {
    return text("quorate.failover.root", Operators.ROOT);
  }

  private Self self(String bundle) {
    String node = text("quorate.failover.node", "node");
    String capacity = text("quorate.failover.capacity", "1");
    try {
      return new Self(
          node + ":" + bundle,
          text("quorate.failover.address", node),
          Integer.parseInt(capacity.strip()));
    } catch (NumberFormatException e) {
      throw new FailoverException(
          FailoverException.Code.INVALID, "the capacity '" + capacity + "' is no number", e);
    }
  }

  // ---- handlers -------------------------------------------------------------------------------

  @Reference(
      service = TakeoverHandler.class,
      cardinality = ReferenceCardinality.MULTIPLE,
      policy = ReferencePolicy.DYNAMIC)
  synchronized void bind(ServiceReference<TakeoverHandler> reference, TakeoverHandler handler) {
    handlers.put(reference, handler);
    with(reference.getBundle(), handler, Registry::add);
  }

  synchronized void unbind(ServiceReference<TakeoverHandler> reference) {
    TakeoverHandler handler = handlers.remove(reference);
    if (handler != null) {
      with(reference.getBundle(), handler, Registry::remove);
    }
  }

  private void with(
      Bundle bundle, TakeoverHandler handler, BiConsumer<Registry, TakeoverHandler> task) {
    BundleRegistry user = bundle == null ? null : users.get(bundle);
    if (user == null) {
      return;
    }
    try {
      task.accept(user.registry(), handler);
    } catch (FailoverException e) {
      LOG.error("a handler of {} is left out: {}", bundle.getSymbolicName(), e.getMessage());
    }
  }

  // ---- users ----------------------------------------------------------------------------------

  @Override
  public synchronized FailoverRegistry getService(
      Bundle bundle, ServiceRegistration<FailoverRegistry> registered) {
    BundleRegistry user =
        new BundleRegistry(coordinator, root(), settings, self(bundle.getSymbolicName()));
    users.put(bundle, user);
    handlers.forEach(
        (reference, handler) -> {
          if (Objects.equals(reference.getBundle(), bundle)) {
            with(bundle, handler, Registry::add);
          }
        });
    return user.registry();
  }

  @Override
  public synchronized void ungetService(
      Bundle bundle, ServiceRegistration<FailoverRegistry> registered, FailoverRegistry used) {
    BundleRegistry user = users.remove(bundle);
    if (user != null) {
      user.close();
    }
  }

  @Deactivate
  void close() {
    ServiceRegistration<FailoverRegistry> registered;
    synchronized (this) {
      registered = registration;
      registration = null;
    }
    if (registered == null) {
      return;
    }
    try {
      registered.unregister();
    } catch (IllegalStateException e) {
      LOG.debug("the framework has taken the service of a failover registry back");
    }
  }
}
