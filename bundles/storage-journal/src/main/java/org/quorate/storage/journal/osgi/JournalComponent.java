package org.quorate.storage.journal.osgi;

import org.osgi.framework.BundleContext;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Deactivate;
import org.quorate.spi.storage.LogStorage;
import org.quorate.storage.journal.JournalStorage;

/** Offers log storage {@code journal} as a service, in {@code journal/} of the data folder. */
@Component(service = LogStorage.class, property = "quorate.log=journal")
public final class JournalComponent extends JournalStorage {
  @Activate
  public JournalComponent(BundleContext context) {
    super(DataFolder.of(context, "journal"));
  }

  @Override
  @Deactivate
  public void close() {
    super.close();
  }
}
