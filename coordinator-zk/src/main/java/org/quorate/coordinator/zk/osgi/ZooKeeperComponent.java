package org.quorate.coordinator.zk.osgi;

import java.nio.file.Path;
import org.osgi.framework.BundleContext;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.quorate.coordinator.zk.ZooKeeperProvider;
import org.quorate.spi.coordination.CoordinatorProvider;

/**
 * Offers coordination provider {@code zookeeper} as a service. An embedded server keeps its data in
 * {@code zookeeper/} of the node's data folder, framework property {@code quorate.data}.
 */
@Component(service = CoordinatorProvider.class, property = "quorate.coordinator.provider=zookeeper")
public final class ZooKeeperComponent extends ZooKeeperProvider {
  @Activate
  public ZooKeeperComponent(BundleContext context) {
    super(home(context.getProperty("quorate.data")));
  }

  private static Path home(String data) {
    return data == null || data.isBlank() ? null : Path.of(data).resolve("zookeeper");
  }
}
