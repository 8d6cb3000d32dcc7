package org.quorate.storage.journal.osgi;

import org.osgi.framework.BundleContext;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Deactivate;
import org.quorate.spi.storage.LogStorage;
import org.quorate.storage.journal.JournalStorage;

/**
 * Offers log storage {@code journal} as a service, in {@code journal/} of the data folder, with
 * segments of framework property {@code quorate.journal.segment.bytes}.
 */
@Component(service = LogStorage.class, property = "quorate.log=journal")
public final class JournalComponent extends JournalStorage {
  private static final String SEGMENT_BYTES = "quorate.journal.segment.bytes";

  @Activate
  public JournalComponent(BundleContext context) {
    super(DataFolder.of(context, "journal"), segmentBytes(context));
  }

  private static int segmentBytes(BundleContext context) {
    String value = context.getProperty(SEGMENT_BYTES);
    try {
      return value == null ? DEFAULT_SEGMENT_BYTES : Integer.parseInt(value);
    } catch (NumberFormatException e) {
      throw new IllegalArgumentException(
          "framework property " + SEGMENT_BYTES + " is '" + value + "', not a number", e);
    }
  }

  @Override
  @Deactivate
  public void close() {
    super.close();
  }
}
