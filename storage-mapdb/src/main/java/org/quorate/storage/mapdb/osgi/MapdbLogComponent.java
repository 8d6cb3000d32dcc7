package org.quorate.storage.mapdb.osgi;

import org.osgi.framework.BundleContext;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Deactivate;
import org.quorate.spi.storage.LogStorage;
import org.quorate.storage.mapdb.MapdbLogStorage;

/** Offers log storage {@code mapdb} as a service, in {@code log/} of the data folder. */
@Component(service = LogStorage.class, property = "quorate.log=mapdb")
public final class MapdbLogComponent extends MapdbLogStorage {
  @Activate
  public MapdbLogComponent(BundleContext context) {
    super(DataFolder.of(context, "log"));
  }

  @Override
  @Deactivate
  public void close() {
    super.close();
  }
}
