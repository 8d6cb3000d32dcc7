package org.quorate.storage.mapdb.osgi;

import org.osgi.framework.BundleContext;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Deactivate;
import org.quorate.spi.storage.StateStorage;
import org.quorate.storage.mapdb.MapdbStateStorage;

/** Offers state storage {@code mapdb} as a service, in {@code state/} of the data folder. */
@Component(service = StateStorage.class, property = "quorate.storage=mapdb")
public final class MapdbStateComponent extends MapdbStateStorage {
  @Activate
  public MapdbStateComponent(BundleContext context) {
    super(DataFolder.of(context, "state"));
  }

  @Override
  @Deactivate
  public void close() {
    super.close();
  }
}
