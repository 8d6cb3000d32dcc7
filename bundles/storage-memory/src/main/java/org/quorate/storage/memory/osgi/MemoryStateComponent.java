package org.quorate.storage.memory.osgi;

import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Deactivate;
import org.quorate.spi.storage.StateStorage;
import org.quorate.storage.memory.MemoryStateStorage;

/** Offers state storage {@code memory} as a service. */
@Component(service = StateStorage.class, property = "quorate.storage=memory")
public final class MemoryStateComponent extends MemoryStateStorage {
  @Override
  @Deactivate
  public void close() {
    super.close();
  }
}
