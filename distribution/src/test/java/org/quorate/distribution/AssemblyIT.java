package org.quorate.distribution;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.osgi.framework.Bundle;
import org.osgi.framework.Constants;
import org.osgi.framework.ServiceReference;
import org.osgi.framework.Version;
import org.osgi.framework.startlevel.BundleStartLevel;
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

  /** The OSGi feature and the run instructions of bnd name what runs here, each as it is. */
  @Test
  void theDescriptionsNameWhatRuns() throws Exception {
    Map<String, String> runs = new TreeMap<>();
    Map<String, String> digests = new TreeMap<>();
    for (Bundle bundle : assembly.bundles()) {
      if (bundle.getBundleId() != Constants.SYSTEM_BUNDLE_ID) {
        String version = bundle.getVersion().toString();
        int level = bundle.adapt(BundleStartLevel.class).getStartLevel();
        Path jar = HOME.resolve(bundle.getLocation().replaceFirst(".*/(?=bundle/)", ""));
        byte[] digest = MessageDigest.getInstance("SHA-256").digest(Files.readAllBytes(jar));
        runs.put(bundle.getSymbolicName(), version);
        digests.put(bundle.getSymbolicName(), HexFormat.of().formatHex(digest) + " at " + level);
      }
    }
    assertTrue(runs.size() > 20, runs.toString());

    Map<String, String> feature = new TreeMap<>();
    Map<String, String> described = new TreeMap<>();
    Matcher bundles =
        Pattern.compile(
                "\"id\": \"osgi:([^:]+):([^\"]+)\", \"sha256\": \"(\\w+)\", \"start-level\":"
                    + " (\\d+)")
            .matcher(Files.readString(HOME.resolve("conf/assembly.json")));
    while (bundles.find()) {
      feature.put(bundles.group(1), Version.parseVersion(bundles.group(2)).toString());
      described.put(bundles.group(1), bundles.group(3) + " at " + bundles.group(4));
    }
    assertEquals(runs, feature);
    assertEquals(digests, described);

    Map<String, String> bndrun = new TreeMap<>();
    Matcher instructions =
        Pattern.compile("(?m)^ +([^;]+);version='\\[([^,]+),([^]]+)\\]'")
            .matcher(Files.readString(HOME.resolve("conf/assembly.bndrun")));
    while (instructions.find()) {
      assertEquals(instructions.group(2), instructions.group(3));
      String version = Version.parseVersion(instructions.group(2)).toString();
      bndrun.put(instructions.group(1), version);
    }
    assertEquals(runs, bndrun);
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
