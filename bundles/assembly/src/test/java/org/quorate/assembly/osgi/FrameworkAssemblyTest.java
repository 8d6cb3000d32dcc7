package org.quorate.assembly.osgi;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import java.util.jar.Attributes;
import java.util.jar.JarOutputStream;
import java.util.jar.Manifest;
import java.util.zip.ZipEntry;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.osgi.framework.Bundle;
import org.osgi.framework.BundleActivator;
import org.osgi.framework.BundleContext;
import org.osgi.framework.BundleEvent;
import org.osgi.framework.Constants;
import org.osgi.framework.SynchronousBundleListener;
import org.osgi.framework.hooks.bundle.CollisionHook;
import org.osgi.framework.launch.Framework;
import org.quorate.assembly.Artifacts;
import org.quorate.assembly.Assembly;
import org.quorate.assembly.AssemblyException;
import org.quorate.assembly.ClassLoaders;
import org.quorate.assembly.InstalledBundle;

/** In a framework of its own, with bundles made here; their folder has a blank in its name. */
@Timeout(value = 60, unit = TimeUnit.SECONDS)
class FrameworkAssemblyTest {
  @TempDir Path temporary;
  private Path dir;
  private Framework framework;
  private FrameworkAssembly local;

  /** Cannot stop without complaint. */
  public static final class Sticky implements BundleActivator {
    @Override
    public void start(BundleContext context) {
      // Nothing to do.
    }

    @Override
    public void stop(BundleContext context) {
      throw new IllegalArgumentException("it sticks");
    }
  }

  @BeforeEach
  void start() throws Exception {
    dir = Files.createDirectory(temporary.resolve("a folder"));
    framework =
        new org.apache.felix.framework.FrameworkFactory()
            .newFramework(
                Map.of(
                    Constants.FRAMEWORK_STORAGE,
                    dir.resolve("cache").toString(),
                    Constants.FRAMEWORK_BEGINNING_STARTLEVEL,
                    "9"));
    framework.start();
    local = assembly();
  }

  private FrameworkAssembly assembly() {
    BundleContext context = framework.getBundleContext();
    return new FrameworkAssembly(context, dir.resolve("kept"), new ClassLoaders(loader -> true));
  }

  @AfterEach
  void stop() throws Exception {
    framework.stop();
    framework.waitForStop(30_000);
  }

  private Path jar(String name, String version, Class<?> activator) throws Exception {
    Manifest manifest = new Manifest();
    Attributes main = manifest.getMainAttributes();
    main.put(Attributes.Name.MANIFEST_VERSION, "1.0");
    main.putValue(Constants.BUNDLE_MANIFESTVERSION, "2");
    main.putValue(Constants.BUNDLE_SYMBOLICNAME, name);
    main.putValue(Constants.BUNDLE_VERSION, version);
    main.putValue(Constants.IMPORT_PACKAGE, "org.osgi.framework");
    if (activator != null) {
      main.putValue(Constants.BUNDLE_ACTIVATOR, activator.getName());
    }
    Path jar = dir.resolve(name + "-" + version + ".jar");
    try (JarOutputStream out = new JarOutputStream(Files.newOutputStream(jar), manifest)) {
      if (activator != null) {
        String file = activator.getName().replace('.', '/') + ".class";
        out.putNextEntry(new ZipEntry(file));
        try (InputStream in = activator.getClassLoader().getResourceAsStream(file)) {
          in.transferTo(out);
        }
      }
    }
    return jar;
  }

  /** A bundle of the distribution, which runs. */
  private Bundle runs(String name, Class<?> activator) throws Exception {
    String location = "reference:file:" + jar(name, "1.0.0", activator);
    Bundle bundle = framework.getBundleContext().installBundle(location);
    bundle.start();
    return bundle;
  }

  private Assembly newer(String... names) throws Exception {
    Assembly all = Assembly.DISTRIBUTION;
    for (String name : names) {
      String sha256 = local.artifacts().add(jar(name, "2.0.0", null));
      all = all.with(1, List.of(local.describe(sha256)), List.of());
    }
    return all;
  }

  @Test
  void aChangeThatFailsAtTheFirstBundleLeavesNoneStopped() throws Exception {
    Bundle sticky = runs("a.sticky", Sticky.class);
    Bundle other = runs("b.other", null);
    Assembly newer = newer("a.sticky", "b.other");
    String why = assertThrows(AssemblyException.class, () -> local.put(newer)).getMessage();
    assertTrue(why.startsWith("cannot stop a.sticky: "), why);
    assertEquals(Bundle.RESOLVED, other.getState(), "stopped first, and not replaced");
    local.put(Assembly.DISTRIBUTION);
    assertEquals(Bundle.ACTIVE, other.getState());
    assertEquals(Bundle.ACTIVE, sticky.getState());
    assertEquals("1.0.0", other.getVersion().toString());
  }

  @Test
  void bundlesAreReplacedAndComeBack() throws Exception {
    Bundle other = runs("b.other", null);
    Assembly newer = newer("b.other", "c.more");
    assertEquals(List.of(), local.plan(newer).objections());
    assertNull(
        framework.getBundleContext().getServiceReference(CollisionHook.class),
        "a trial leaves no hook");
    local.put(newer);
    assertEquals("2.0.0", other.getVersion().toString());
    assertEquals(
        List.of(InstalledBundle.Origin.ASSEMBLY, InstalledBundle.Origin.ASSEMBLY),
        local.installed().stream().map(InstalledBundle::origin).toList());
    local.put(Assembly.DISTRIBUTION);
    List<InstalledBundle> all = local.installed();
    assertEquals(1, all.size(), all.toString());
    assertEquals("1.0.0", all.get(0).version());
    assertEquals(InstalledBundle.Origin.DISTRIBUTION, all.get(0).origin());
    assertEquals("ACTIVE", all.get(0).state());
  }

  @Test
  void theHashIsThatOfTheJarAsItIsNow() throws Exception {
    runs("b.other", null);
    Path jar = dir.resolve("b.other-1.0.0.jar");
    assertEquals(Artifacts.sha256(jar), local.installed().get(0).sha256());
    jar("b.other", "1.0.0", Sticky.class);
    String now = Artifacts.sha256(jar);
    assertEquals(now, local.installed().get(0).sha256());
    Files.delete(jar);
    assertThrows(AssemblyException.class, () -> local.installed());
  }

  /** It takes its time: who asks meanwhile would hold up a worker that others need. */
  @Test
  void whatIsInstalledIsToldWhileItChanges() throws Exception {
    runs("b.other", null);
    Assembly newer = newer("b.other");
    CountDownLatch stopping = new CountDownLatch(1);
    CountDownLatch told = new CountDownLatch(1);
    SynchronousBundleListener slow =
        event -> {
          if (event.getType() == BundleEvent.STOPPING) {
            stopping.countDown();
            try {
              told.await(30, TimeUnit.SECONDS);
            } catch (InterruptedException e) {
              Thread.currentThread().interrupt();
            }
          }
        };
    framework.getBundleContext().addBundleListener(slow);
    Executor threads = task -> new Thread(task).start();
    CompletableFuture<Void> change = CompletableFuture.runAsync(() -> local.put(newer), threads);
    assertTrue(stopping.await(30, TimeUnit.SECONDS));
    try {
      CompletableFuture<List<InstalledBundle>> asked =
          CompletableFuture.supplyAsync(local::installed, threads);
      assertEquals("STOPPING", asked.get(20, TimeUnit.SECONDS).get(0).state());
    } finally {
      told.countDown();
    }
    change.get(30, TimeUnit.SECONDS);
    assertEquals("2.0.0", local.installed().get(0).version());
  }

  @Test
  void aNodeWhoseNoteOfItsAssemblyCannotBeReadStartsAsItWasBuilt() throws Exception {
    Assembly newer = newer("c.more");
    local.keep(newer);
    assertEquals(newer, assembly().kept());
    Files.writeString(dir.resolve("kept").resolve("kept.json"), "{\"bundles\": [");
    assertEquals(Assembly.DISTRIBUTION, assembly().kept());
  }
}
