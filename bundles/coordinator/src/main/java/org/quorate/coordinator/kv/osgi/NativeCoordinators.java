package org.quorate.coordinator.kv.osgi;

import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.osgi.framework.BundleContext;
import org.osgi.framework.ServiceReference;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Reference;
import org.osgi.service.component.annotations.ReferenceCardinality;
import org.osgi.service.component.annotations.ReferencePolicy;
import org.quorate.api.GroupAccess;

/**
 * A {@code Coordinator} for each key-value group of this node, with the properties {@code
 * quorate.coordinator=native:GROUP} and {@code quorate.group=GROUP}. One that nobody uses costs nothing.
 */
@Component(
    immediate = true,
    service = {})
public final class NativeCoordinators {
  private final Map<ServiceReference<GroupAccess>, CoordinatorService> services =
      new ConcurrentHashMap<>();
  private final BundleContext context;

  @Activate
  public NativeCoordinators(BundleContext context) {
    this.context = context;
  }

  @Reference(
      service = GroupAccess.class,
      target = "(quorate.state=kv)",
      cardinality = ReferenceCardinality.MULTIPLE,
      policy = ReferencePolicy.DYNAMIC)
  void bind(ServiceReference<GroupAccess> group) {
    CoordinatorService service = new CoordinatorService(context, group);
    services.put(group, service);
    service.register();
  }

  void unbind(ServiceReference<GroupAccess> group) {
    CoordinatorService service = services.remove(group);
    if (service != null) {
      service.unregister();
    }
  }
}
