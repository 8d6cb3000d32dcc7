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

/** Each key-value group of this node is a place for the keys of a coordinator, {@code native:GROUP}. */
@Component(
    immediate = true,
    service = {})
public final class NativeCoordinators {
  private final Map<ServiceReference<GroupAccess>, NativePlace> places = new ConcurrentHashMap<>();
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
    NativePlace place = new NativePlace(context, group);
    places.put(group, place);
    place.register();
  }

  void unbind(ServiceReference<GroupAccess> group) {
    NativePlace place = places.remove(group);
    if (place != null) {
      place.unregister();
    }
  }
}
