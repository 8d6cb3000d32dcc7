package org.quorate.coordinator.kv.osgi;

import java.util.Hashtable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.atomic.AtomicBoolean;
import org.osgi.framework.BundleContext;
import org.osgi.framework.ServiceReference;
import org.osgi.framework.ServiceRegistration;
import org.quorate.api.GroupAccess;
import org.quorate.coordinator.kv.KvCoordinator;
import org.quorate.spi.coordination.CoordinationException;
import org.quorate.spi.coordination.CoordinationException.Code;
import org.quorate.spi.coordination.Coordinator;
import org.quorate.spi.coordination.CoordinatorPlace;

/** One group as a place for the keys of a coordinator. */
final class NativePlace implements CoordinatorPlace {
  private final BundleContext context;
  private final ServiceReference<GroupAccess> group;
  private final String name;
  private ServiceRegistration<CoordinatorPlace> registration;

  NativePlace(BundleContext context, ServiceReference<GroupAccess> group) {
    this.context = context;
    this.group = group;
    this.name = "native:" + group.getProperty("quorate.group");
  }

  void register() {
    Hashtable<String, Object> properties = new Hashtable<>();
    properties.put("quorate.coordinator.place", name);
    properties.put("quorate.coordinator.provider", "native");
    properties.put("quorate.group", group.getProperty("quorate.group"));
    registration = context.registerService(CoordinatorPlace.class, this, properties);
  }

  void unregister() {
    try {
      registration.unregister();
    } catch (IllegalStateException e) {
      // The framework has taken it back.
    }
  }

  @Override
  public String name() {
    return name;
  }

  @Override
  public CompletionStage<Coordinator> open(String client, long epoch) {
    GroupAccess access = context.getService(group);
    AtomicBoolean held = new AtomicBoolean(true);
    return access == null
        ? CompletableFuture.failedFuture(
            new CoordinationException(Code.UNAVAILABLE, "the group of " + name + " is not open"))
        : CompletableFuture.completedFuture(
            new KvCoordinator(access, client, epoch, () -> release(held)));
  }

  /** Once for each that was opened, however often that is ended: all share the one service. */
  private CompletionStage<?> release(AtomicBoolean held) {
    try {
      if (held.getAndSet(false)) {
        context.ungetService(group);
      }
    } catch (IllegalStateException e) {
      // This bundle has stopped, and holds nothing any more.
    }
    return CompletableFuture.completedFuture(null);
  }
}
