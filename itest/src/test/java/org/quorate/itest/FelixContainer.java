package org.quorate.itest;

import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.ops4j.pax.exam.CoreOptions.bundle;
import static org.ops4j.pax.exam.CoreOptions.cleanCaches;
import static org.ops4j.pax.exam.CoreOptions.frameworkProperty;
import static org.ops4j.pax.exam.CoreOptions.frameworkStartLevel;
import static org.ops4j.pax.exam.CoreOptions.systemProperty;
import static org.ops4j.pax.exam.CoreOptions.workingDirectory;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.PrintStream;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.jar.JarFile;
import org.junit.jupiter.api.extension.AfterEachCallback;
import org.junit.jupiter.api.extension.BeforeEachCallback;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.ops4j.pax.exam.ExamSystem;
import org.ops4j.pax.exam.Option;
import org.ops4j.pax.exam.TestContainer;
import org.ops4j.pax.exam.nat.internal.NativeTestContainer;
import org.ops4j.pax.exam.nat.internal.NativeTestContainerFactory;
import org.ops4j.pax.exam.spi.PaxExamRuntime;
import org.osgi.framework.Bundle;
import org.osgi.framework.BundleContext;
import org.osgi.framework.InvalidSyntaxException;
import org.osgi.framework.ServiceReference;

/**
 * Runs the assembly of this build in a Felix of this process, by Pax Exam, around each test: {@code
 * @RegisterExtension FelixContainer felix = new FelixContainer().with("quorate.config", file);}
 *
 * <p>Test classes live on the class path of the build, so services are known here by name and used
 * through HTTP, through the client or by reflection; their types are other class loaders'.
 */
public final class FelixContainer implements BeforeEachCallback, AfterEachCallback {
  private final Distribution distribution = Distribution.ofThisBuild();
  private final Map<String, String> properties = new LinkedHashMap<>();
  private final List<String> without = new ArrayList<>();
  private TestContainer container;
  private Path work;

  /** Sets a property of the framework, which a component reads from its bundle context. */
  public FelixContainer with(String property, String value) {
    properties.put(property, value);
    return this;
  }

  /** Leaves a bundle out: what does a node do without it? */
  public FelixContainer without(String symbolicName) {
    without.add(symbolicName);
    return this;
  }

  @Override
  public void beforeEach(ExtensionContext context) throws Exception {
    work = Files.createTempDirectory("quorate-felix");
    ExamSystem system = PaxExamRuntime.createServerSystem(options().toArray(Option[]::new));
    container =
        PaxExamRuntime.getTestContainerFactory(NativeTestContainerFactory.class).create(system)[0];
    container.start();
  }

  @Override
  public void afterEach(ExtensionContext context) {
    if (container != null) {
      container.stop();
    }
  }

  /** The system bundle's context. */
  public BundleContext context() {
    return ((NativeTestContainer) container).getSystemBundle().getBundleContext();
  }

  /** A service by the name of its type, whoever's class loader that is; null if there is none. */
  public Object service(String type) {
    try {
      ServiceReference<?>[] found = context().getAllServiceReferences(type, null);
      return found == null ? null : context().getService(found[0]);
    } catch (InvalidSyntaxException e) {
      throw new IllegalArgumentException(type, e);
    }
  }

  /** An installed bundle. */
  public Bundle installed(String symbolicName) {
    return Arrays.stream(context().getBundles())
        .filter(b -> b.getSymbolicName().equals(symbolicName))
        .findFirst()
        .orElseThrow();
  }

  /** What a line typed into the framework's shell prints; of a command that fails, why. */
  public String type(String line) throws Exception {
    Object processor = service("org.apache.felix.service.command.CommandProcessor");
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    PrintStream printed = new PrintStream(out, true, StandardCharsets.UTF_8);
    Method create =
        processor
            .getClass()
            .getMethod("createSession", InputStream.class, OutputStream.class, OutputStream.class);
    Object session =
        create.invoke(processor, new ByteArrayInputStream(new byte[0]), printed, printed);
    Method execute = session.getClass().getMethod("execute", CharSequence.class);
    Object result;
    try {
      result = execute.invoke(session, line);
    } catch (InvocationTargetException e) {
      return out.toString(StandardCharsets.UTF_8) + "failed: " + e.getCause().getMessage();
    }
    Method format = session.getClass().getMethod("format", Object.class, int.class);
    return out.toString(StandardCharsets.UTF_8) + format.invoke(session, result, 0);
  }

  /** Types a line until it prints what is wanted; all that it printed then. */
  public String awaitTyped(String line, String wanted) throws Exception {
    long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(30);
    String printed = type(line);
    while (!printed.contains(wanted) && System.nanoTime() < end) {
      TimeUnit.MILLISECONDS.sleep(50);
      printed = type(line);
    }
    assertTrue(printed.contains(wanted), printed);
    return printed;
  }

  /** What was assembled. */
  public Distribution distribution() {
    return distribution;
  }

  private List<Option> options() throws Exception {
    List<Option> options = new ArrayList<>();
    options.add(workingDirectory(work.toString()));
    options.add(cleanCaches());
    options.add(frameworkStartLevel(distribution.lastLevel()));
    options.add(systemProperty("quorate.home").value(distribution.home().toString()));
    distribution
        .frameworkProperties()
        .forEach((k, v) -> options.add(frameworkProperty(k).value(v)));
    options.add(frameworkProperty("quorate.on.failure").value("stay"));
    if (!properties.containsKey("quorate.data")) {
      options.add(frameworkProperty("quorate.data").value(work.resolve("data").toString()));
    }
    properties.forEach((k, v) -> options.add(frameworkProperty(k).value(v)));
    for (int level = 1; level <= distribution.lastLevel(); level++) {
      for (Path jar : distribution.bundles(level)) {
        if (!without.contains(jar.getFileName().toString().replaceFirst("\\.jar$", ""))) {
          options.add(bundle("reference:" + jar.toUri()).startLevel(level).start(!isFragment(jar)));
        }
      }
    }
    return options;
  }

  private static boolean isFragment(Path jar) throws Exception {
    try (JarFile file = new JarFile(jar.toFile())) {
      return file.getManifest().getMainAttributes().getValue("Fragment-Host") != null;
    }
  }
}
