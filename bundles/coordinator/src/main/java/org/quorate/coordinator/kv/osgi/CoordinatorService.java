package org.quorate.coordinator.kv.osgi;

import java.util.Hashtable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.osgi.framework.Bundle;
import org.osgi.framework.BundleContext;
import org.osgi.framework.ServiceFactory;
import org.osgi.framework.ServiceReference;
import org.osgi.framework.ServiceRegistration;
import org.quorate.api.GroupAccess;
import org.quorate.coordinator.kv.KvCoordinator;
import org.quorate.spi.coordination.Coordinator;

/**
 * The service of one group: each bundle that uses it has a coordinator of its own, under its symbolic name.
 * What a bundle gives back ends its sessions; when the group goes from this node they are left as they
 * are, and can be resumed within their TTL.
 */
final class CoordinatorService implements ServiceFactory<Coordinator> {
  private final BundleContext context;
  private final ServiceReference<GroupAccess> group;
  private volatile boolean gone;
  private ServiceRegistration<Coordinator> registration;

  CoordinatorService(BundleContext context, ServiceReference<GroupAccess> group) {
    this.context = context;
    this.group = group;
  }

  void register() {
    String name = (String) group.getProperty("quorate.group");
    Hashtable<String, Object> properties = new Hashtable<>();
    properties.put("quorate.coordinator", "native:" + name);
    properties.put("quorate.coordinator.provider", "native");
    properties.put("quorate.group", name);
    registration = context.registerService(Coordinator.class, this, properties);
  }

  void unregister() {
    gone = true;
    try {
      registration.unregister();
    } catch (IllegalStateException e) {
      // The framework has taken it back.
    }
  }

  @Override
  public Coordinator getService(Bundle bundle, ServiceRegistration<Coordinator> registered) {
    GroupAccess access = context.getService(group);
    return access == null
        ? null
        : new KvCoordinator(access, bundle.getSymbolicName(), 1, this::release);
  }

  private CompletionStage<?> release() {
    try {
      context.ungetService(group);
    } catch (IllegalStateException e) {
      // This bundle has stopped, and holds nothing any more.
    }
    return CompletableFuture.completedFuture(null);
  }

  @Override
  public void ungetService(
      Bundle bundle, ServiceRegistration<Coordinator> registered, Coordinator coordinator) {
    if (gone) {
      ((KvCoordinator) coordinator).abandon();
    } else {
      coordinator.shutdown();
    }
  }
}
