package org.quorate.storage.memory.osgi;

import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Deactivate;
import org.quorate.spi.storage.LogStorage;
import org.quorate.storage.memory.MemoryLogStorage;

/** Offers log storage {@code memory} as a service. */
@Component(service = LogStorage.class, property = "quorate.log=memory")
public final class MemoryLogComponent extends MemoryLogStorage {
  @Override
  @Deactivate
  public void close() {
    super.close();
  }
}
