package org.quorate.itest;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;

import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.osgi.framework.Bundle;
import org.osgi.framework.Constants;

/** The real assembly starts in Felix under Pax Exam. */
class AssemblyBootsIT {
  @RegisterExtension final FelixContainer felix = new FelixContainer();

  @Test
  void everyBundleOfOursIsActive() {
    List<String> idle =
        Arrays.stream(felix.context().getBundles())
            .filter(b -> b.getSymbolicName().startsWith("org.quorate."))
            .filter(b -> b.getHeaders().get(Constants.FRAGMENT_HOST) == null)
            .filter(b -> b.getState() != Bundle.ACTIVE)
            .map(Bundle::getSymbolicName)
            .toList();
    assertEquals(List.of(), idle);
  }

  @Test
  void servicesOfTheFrameworkAreThere() {
    for (String service :
        List.of(
            "org.osgi.service.cm.ConfigurationAdmin",
            "org.osgi.service.component.runtime.ServiceComponentRuntime",
            "org.osgi.service.event.EventAdmin",
            "org.apache.felix.service.command.CommandProcessor")) {
      assertNotNull(felix.service(service), service);
    }
  }
}
