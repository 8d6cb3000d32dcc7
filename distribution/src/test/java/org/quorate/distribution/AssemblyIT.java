package org.quorate.distribution;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.osgi.framework.Bundle;
import org.osgi.framework.Constants;
import org.osgi.framework.ServiceReference;
import org.osgi.framework.wiring.BundleRevision;

/** An assembly that does not resolve is none: the whole of it is started, and nothing may be left. */
class AssemblyIT {
  private static final Path HOME = Path.of(System.getProperty("quorate.home"));

  @TempDir Path data;
  private Assembly assembly;

  @BeforeEach
  void start() throws Exception {
    assembly = Assembly.start(HOME, data);
  }

  @AfterEach
  void stop() throws Exception {
    assembly.stop();
  }

  @Test
  void everyBundleIsActiveAndEveryComponentSatisfied() throws Exception {
    List<String> wrong = new ArrayList<>();
    for (Bundle bundle : assembly.bundles()) {
      boolean fragment = bundle.getHeaders().get(Constants.FRAGMENT_HOST) != null;
      if (!fragment && bundle.getState() != Bundle.ACTIVE) {
        wrong.add(bundle + " is in state " + bundle.getState());
      }
    }
    assertEquals(List.of(), wrong, () -> String.join("\n", assembly.errors()));
    assertEquals(List.of(), assembly.unsatisfiedComponents());
    assertEquals(List.of(), assembly.errors());
  }

  @Test
  void everyJarOfTheAssemblyIsInstalledOrOnTheClassPathOfTheCommandLine() throws Exception {
    List<String> cli = Files.readAllLines(HOME.resolve("lib/cli.classpath"));
    for (String jar : cli) {
      assertTrue(Files.isRegularFile(HOME.resolve(jar)), jar);
    }
    List<String> used = new ArrayList<>(cli);
    used.add("lib/org.apache.felix.main.jar");
    for (Bundle bundle : assembly.bundles()) {
      used.add(bundle.getLocation().replaceFirst(".*/(?=bundle/)", ""));
    }
    try (var files = Files.walk(HOME)) {
      List<String> unused =
          files
              .filter(f -> f.toString().endsWith(".jar"))
              .map(f -> HOME.relativize(f).toString())
              .filter(f -> !f.startsWith("repository/")) // what strategies are built against
              .filter(f -> !used.contains(f))
              .toList();
      assertEquals(List.of(), unused);
    }
  }

  @Test
  void pluginsExportNoPackages() {
    Arrays.stream(assembly.bundles())
        .filter(b -> b.getSymbolicName().matches("org\\.quorate\\.(consensus|storage)\\..*"))
        .forEach(b -> assertFalse(b.getHeaders().get(Constants.EXPORT_PACKAGE) != null, "" + b));
  }

  /** A deployment judges plug-ins by their manifests, without running them. */
  @Test
  void manifestsSayWhatStrategiesSpeak() throws Exception {
    int strategies = 0;
    for (Bundle bundle : assembly.bundles()) {
      for (ServiceReference<?> service : services(bundle)) {
        Object name = service.getProperty("quorate.strategy");
        if (name != null) {
          Object part = bundle.getBundleContext().getService(service);
          Object traits = call(part, part.getClass(), "traits");
          var said =
              bundle
                  .adapt(BundleRevision.class)
                  .getDeclaredCapabilities("org.quorate.plugin")
                  .stream()
                  .map(c -> c.getAttributes())
                  .filter(a -> name.equals(a.get("name")))
                  .findFirst()
                  .orElseThrow(() -> new AssertionError(bundle + " declares no " + name));
          assertEquals(
              call(traits, traits.getClass(), "minWire").toString(),
              said.get("wire.min").toString());
          assertEquals(
              call(traits, traits.getClass(), "maxWire").toString(),
              said.get("wire.max").toString());
          strategies++;
        }
      }
    }
    assertTrue(strategies >= 2, strategies + " strategies");
  }

  private static ServiceReference<?>[] services(Bundle bundle) {
    ServiceReference<?>[] all = bundle.getRegisteredServices();
    return all == null ? new ServiceReference<?>[0] : all;
  }

  private static Object call(Object on, Class<?> type, String method) throws Exception {
    return type.getMethod(method).invoke(on);
  }
}
