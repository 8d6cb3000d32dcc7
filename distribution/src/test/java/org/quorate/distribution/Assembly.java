package org.quorate.distribution;

import java.io.IOException;
import java.io.Reader;
import java.lang.reflect.Array;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.apache.felix.framework.FrameworkFactory;
import org.osgi.framework.Bundle;
import org.osgi.framework.BundleException;
import org.osgi.framework.FrameworkEvent;
import org.osgi.framework.InvalidSyntaxException;
import org.osgi.framework.ServiceReference;
import org.osgi.framework.launch.Framework;
import org.osgi.framework.startlevel.BundleStartLevel;
import org.osgi.framework.startlevel.FrameworkStartLevel;
import org.quorate.tck.net.FreePorts;

/** The assembly in a framework of this process, started as its config.properties says. */
final class Assembly {
  private static final int LAST_LEVEL = 9;

  private final Framework framework;
  private final List<String> errors = new CopyOnWriteArrayList<>();

  private Assembly(Framework framework) {
    this.framework = framework;
  }

  static Assembly start(Path home, Path data) throws Exception {
    Properties conf = new Properties();
    try (Reader reader = Files.newBufferedReader(home.resolve("conf/config.properties"))) {
      conf.load(reader);
    }
    Map<String, String> properties = new HashMap<>();
    for (String name : conf.stringPropertyNames()) {
      properties.put(name, conf.getProperty(name).replace("${quorate.home}", home.toString()));
    }
    properties.put("org.osgi.framework.storage", data.resolve("felix-cache").toString());
    properties.put("quorate.data", data.resolve("data").toString());
    properties.put("quorate.config", oneNode(data).toString());
    properties.put("quorate.on.failure", "stay");
    properties.put("org.osgi.framework.startlevel.beginning", "1");

    Assembly assembly = new Assembly(new FrameworkFactory().newFramework(properties));
    assembly.framework.start();
    assembly.framework.getBundleContext().addFrameworkListener(assembly::note);
    assembly.install(properties);
    assembly.raise();
    return assembly;
  }

  /** The file of a node alone, on ports that are free. */
  private static Path oneNode(Path data) throws IOException {
    List<Integer> ports = FreePorts.take(2);
    return Files.writeString(
        data.resolve("node.yaml"),
        """
        node: {id: n1}
        cluster: {name: assembly}
        listen: {peer: "127.0.0.1:%d", client: "127.0.0.1:%d"}
        """
            .formatted(ports.get(0), ports.get(1)));
  }

  private void note(FrameworkEvent event) {
    if (event.getType() == FrameworkEvent.ERROR) {
      errors.add(event.getBundle() + ": " + event.getThrowable());
    }
  }

  private void install(Map<String, String> properties) throws BundleException {
    List<Bundle> start = new ArrayList<>();
    for (int level = 1; level <= LAST_LEVEL; level++) {
      for (String url : urls(properties.get("felix.auto.install." + level))) {
        install(url, level);
      }
      for (String url : urls(properties.get("felix.auto.start." + level))) {
        start.add(install(url, level));
      }
    }
    for (Bundle bundle : start) {
      bundle.start();
    }
  }

  private Bundle install(String url, int level) throws BundleException {
    Bundle bundle = framework.getBundleContext().installBundle(url);
    bundle.adapt(BundleStartLevel.class).setStartLevel(level);
    return bundle;
  }

  private static List<String> urls(String list) {
    return list == null || list.isBlank()
        ? List.of()
        : Arrays.asList(list.strip().replaceAll("^\"|\"$", "").split("\"\\s+\""));
  }

  private void raise() throws InterruptedException {
    CountDownLatch reached = new CountDownLatch(1);
    framework
        .adapt(FrameworkStartLevel.class)
        .setStartLevel(LAST_LEVEL, event -> reached.countDown());
    if (!reached.await(60, TimeUnit.SECONDS)) {
      throw new IllegalStateException("the framework did not reach its start level");
    }
  }

  Bundle[] bundles() {
    return framework.getBundleContext().getBundles();
  }

  /** What the framework complained about since its start. */
  List<String> errors() {
    return errors;
  }

  /**
   * Components that have a configuration, or need none, and still are not satisfied. The runtime of
   * Declarative Services is another class loader's here, so its data is read by reflection.
   */
  List<String> unsatisfiedComponents() throws InvalidSyntaxException {
    ServiceReference<?> reference =
        framework.getBundleContext()
            .getAllServiceReferences(
                "org.osgi.service.component.runtime.ServiceComponentRuntime", null)[0];
    Object runtime = framework.getBundleContext().getService(reference);
    List<String> unsatisfied = new ArrayList<>();
    try {
      Object none = Array.newInstance(Bundle.class, 0);
      Collection<?> descriptions =
          (Collection<?>)
              runtime
                  .getClass()
                  .getMethod("getComponentDescriptionDTOs", Bundle[].class)
                  .invoke(runtime, none);
      for (Object description : descriptions) {
        Collection<?> configurations =
            (Collection<?>)
                runtime
                    .getClass()
                    .getMethod("getComponentConfigurationDTOs", description.getClass())
                    .invoke(runtime, description);
        for (Object configuration : configurations) {
          unsatisfied.addAll(problemsOf(description, configuration));
        }
      }
    } catch (ReflectiveOperationException e) {
      throw new IllegalStateException(e);
    }
    return unsatisfied;
  }

  private static List<String> problemsOf(Object description, Object configuration)
      throws ReflectiveOperationException {
    List<String> problems = new ArrayList<>();
    String name = (String) field(description, "name");
    for (Object r : (Object[]) field(configuration, "unsatisfiedReferences")) {
      problems.add(name + " lacks " + field(r, "name") + " " + field(r, "target"));
    }
    if (field(configuration, "failure") != null) {
      problems.add(name + " failed: " + field(configuration, "failure"));
    }
    return problems;
  }

  private static Object field(Object dto, String name) throws ReflectiveOperationException {
    return dto.getClass().getField(name).get(dto);
  }

  void stop() throws BundleException, InterruptedException {
    framework.stop();
    framework.waitForStop(30_000);
  }
}
