package org.quorate.assembly.osgi;

import java.io.IOException;
import java.io.InputStream;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.jar.Attributes;
import java.util.jar.JarFile;
import java.util.jar.Manifest;
import java.util.stream.Stream;
import org.osgi.framework.Bundle;
import org.osgi.framework.BundleContext;
import org.osgi.framework.BundleException;
import org.osgi.framework.Constants;
import org.osgi.framework.FrameworkEvent;
import org.osgi.framework.startlevel.BundleStartLevel;
import org.osgi.framework.startlevel.FrameworkStartLevel;
import org.osgi.framework.wiring.BundleWiring;
import org.osgi.framework.wiring.FrameworkWiring;
import org.quorate.assembly.Artifacts;
import org.quorate.assembly.Assembly;
import org.quorate.assembly.AssemblyException;
import org.quorate.assembly.BundleEntry;
import org.quorate.assembly.Change;
import org.quorate.assembly.Change.Kind;
import org.quorate.assembly.FeatureJson;
import org.quorate.assembly.InstalledBundle;
import org.quorate.assembly.InstalledBundle.Origin;
import org.quorate.assembly.Leaks;
import org.quorate.assembly.LocalAssembly;
import org.quorate.assembly.Plan;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The bundles of this framework, with what is kept for its next start in {@code assembly/}. */
final class FrameworkAssembly implements LocalAssembly {
  private static final Logger LOG = LoggerFactory.getLogger(FrameworkAssembly.class);
  private static final long REFRESH_S = 30;

  private final BundleContext context;
  private final Path folder;
  private final Artifacts artifacts;
  private final Leaks leaks;
  private final Placed placed = new Placed();
  private final Originals originals = new Originals();

  /** What ran and was stopped to be changed, until it is started: a change that fails leaves some. */
  private final Set<Bundle> stopped = new LinkedHashSet<>();

  private Assembly kept;
  private Assembly running = Assembly.DISTRIBUTION;

  /** Reads what was kept. */
  FrameworkAssembly(BundleContext context, Path folder, Leaks leaks) {
    this.context = context;
    this.folder = folder;
    this.leaks = leaks;
    this.artifacts = new Artifacts(folder.resolve("artifacts"));
    this.kept = load();
  }

  private Path file() {
    return folder.resolve("kept.json");
  }

  /** Without it the node starts as it was built, and then follows the cluster. */
  private Assembly load() {
    try {
      return Files.exists(file())
          ? FeatureJson.read(Files.readString(file()))
          : Assembly.DISTRIBUTION;
    } catch (IOException | AssemblyException e) {
      LOG.error(
          "{} is not used, this node starts with the bundles of its distribution and takes the"
              + " cluster's assembly then: {}",
          file(),
          e.toString());
      return Assembly.DISTRIBUTION;
    }
  }

  @Override
  public synchronized Assembly running() {
    return running;
  }

  @Override
  public synchronized Assembly kept() {
    return kept;
  }

  @Override
  public Artifacts artifacts() {
    return artifacts;
  }

  @Override
  public Leaks leaks() {
    return leaks;
  }

  // ---- what there is -----------------------------------------------------------------------

  /** Also while bundles change, which takes its time: then as they are in between. */
  @Override
  public List<InstalledBundle> installed() {
    List<InstalledBundle> all = new ArrayList<>();
    for (Bundle bundle : context.getBundles()) {
      try {
        if (bundle.getBundleId() != 0) {
          all.add(describe(bundle));
        }
      } catch (IllegalArgumentException | IllegalStateException e) {
        if (bundle.getState() != Bundle.UNINSTALLED) { // meanwhile
          throw e;
        }
      }
    }
    all.sort(Comparator.comparing(InstalledBundle::name));
    return all;
  }

  private InstalledBundle describe(Bundle bundle) {
    BundleEntry entry = placed.of(bundle);
    Path original = entry == null ? originals.running(bundle) : null;
    Origin origin =
        entry != null ? Origin.ASSEMBLY : original != null ? Origin.DISTRIBUTION : Origin.BY_HAND;
    return new InstalledBundle(
        bundle.getSymbolicName(),
        bundle.getVersion().toString(),
        state(bundle),
        bundle.adapt(BundleStartLevel.class).getStartLevel(),
        origin,
        entry != null ? entry.sha256() : original != null ? originals.sha256(original) : null);
  }

  private static String state(Bundle bundle) {
    return switch (bundle.getState()) {
      case Bundle.ACTIVE -> "ACTIVE";
      case Bundle.STARTING -> "STARTING";
      case Bundle.STOPPING -> "STOPPING";
      case Bundle.RESOLVED -> "RESOLVED";
      case Bundle.INSTALLED -> "INSTALLED";
      default -> "UNINSTALLED";
    };
  }

  @Override
  public BundleEntry describe(String sha256) {
    Path jar = jar(sha256);
    try (JarFile file = new JarFile(jar.toFile())) {
      Manifest manifest = file.getManifest();
      Attributes main = manifest == null ? new Attributes() : manifest.getMainAttributes();
      String name = main.getValue(Constants.BUNDLE_SYMBOLICNAME);
      if (name == null || !"2".equals(main.getValue(Constants.BUNDLE_MANIFESTVERSION))) {
        throw new AssemblyException("jar " + sha256 + " is no bundle: it has no symbolic name");
      }
      if (main.getValue(Constants.FRAGMENT_HOST) != null) {
        throw new AssemblyException(name + " is a fragment: deploy a bundle that has it inside");
      }
      String symbolicName = name.replaceFirst(";.*", "").strip();
      Bundle there = find(symbolicName);
      int level =
          there == null
              ? BundleEntry.PLUGIN_LEVEL
              : there.adapt(BundleStartLevel.class).getStartLevel();
      return new BundleEntry(
          symbolicName,
          String.valueOf(main.getValue(Constants.BUNDLE_VERSION)),
          sha256,
          Math.max(BundleEntry.PLUGIN_LEVEL, level));
    } catch (IOException | IllegalArgumentException e) {
      throw new AssemblyException("jar " + sha256 + ": " + e.getMessage(), e);
    }
  }

  private Path jar(String sha256) {
    Path jar = artifacts.find(sha256);
    if (jar == null) {
      throw new AssemblyException("no jar " + sha256 + " here: upload it first");
    }
    return jar;
  }

  private Bundle find(String name) {
    return Stream.of(context.getBundles())
        .filter(b -> name.equals(b.getSymbolicName()))
        .findFirst()
        .orElse(null);
  }

  // ---- what would change -------------------------------------------------------------------

  /** What has to be done, in the order of start levels. */
  private List<Step> steps(Assembly assembly) {
    List<Step> steps = new ArrayList<>();
    for (BundleEntry entry : assembly.bundles()) {
      Bundle bundle = find(entry.name());
      if (bundle == null) {
        steps.add(new Step(Kind.INSTALL, null, jar(entry.sha256()), entry));
      } else if (!entry.equals(placed.of(bundle))) {
        steps.add(new Step(Kind.UPDATE, bundle, jar(entry.sha256()), entry));
      }
    }
    for (String name : placed.names()) {
      Bundle bundle = find(name);
      if (bundle != null && assembly.bundles().stream().noneMatch(e -> e.name().equals(name))) {
        Path original = originals.of(bundle);
        Kind kind = original == null ? Kind.UNINSTALL : Kind.RESTORE;
        steps.add(new Step(kind, bundle, original, null));
      }
    }
    steps.sort(Comparator.comparingInt(Step::level));
    return steps;
  }

  @Override
  public synchronized Plan plan(Assembly assembly) {
    List<Step> steps = steps(assembly);
    List<Change> changes = new ArrayList<>();
    for (Step step : steps) {
      changes.add(change(step));
    }
    if (steps.isEmpty()) {
      return new Plan(changes, List.of());
    }
    try (Trial trial = new Trial(context)) {
      return new Plan(changes, trial.run(steps));
    }
  }

  private Change change(Step step) {
    String from = step.bundle() == null ? null : step.bundle().getVersion().toString();
    String to =
        step.entry() != null
            ? step.entry().version()
            : step.jar() != null ? originals.version(step.jar()) : null;
    return new Change(step.kind(), step.name(), from, to, "");
  }

  // ---- the change --------------------------------------------------------------------------

  @Override
  public synchronized void put(Assembly assembly) {
    List<Step> steps = steps(assembly);
    List<Bundle> wired = new ArrayList<>();
    for (int i = steps.size() - 1; i >= 0; i--) {
      Bundle bundle = steps.get(i).bundle();
      if (bundle != null) {
        if (bundle.getState() == Bundle.ACTIVE || bundle.getState() == Bundle.STARTING) {
          stopped.add(bundle);
        }
        attempt(steps.get(i), "stop", () -> bundle.stop(Bundle.STOP_TRANSIENT));
        if (bundle.adapt(BundleWiring.class) != null) {
          wired.add(bundle);
        }
      }
    }
    List<Bundle> coming = new ArrayList<>();
    for (Step step : steps) {
      attempt(step, "replace", () -> coming.addAll(replace(step)));
    }
    refresh(wired);
    stopped.removeIf(bundle -> bundle.getState() == Bundle.UNINSTALLED); // by hand, meanwhile
    coming.addAll(stopped);
    for (Bundle bundle : new LinkedHashSet<>(coming)) {
      start(bundle);
    }
    running = assembly;
  }

  private interface Work {
    void run() throws BundleException, IOException;
  }

  private static void attempt(Step step, String what, Work work) {
    try {
      work.run();
    } catch (BundleException | IOException | IllegalStateException e) {
      throw new AssemblyException("cannot " + what + " " + step.name() + ": " + e.getMessage(), e);
    }
  }

  /** The bundle to start then, if any. */
  private List<Bundle> replace(Step step) throws BundleException, IOException {
    Bundle bundle = step.bundle();
    placed.remove(step.name());
    switch (step.kind()) {
      case UNINSTALL -> {
        bundle.uninstall();
        stopped.remove(bundle);
        return List.of();
      }
      case RESTORE -> bundle.update();
      case UPDATE -> {
        try (InputStream in = Files.newInputStream(step.jar())) {
          bundle.update(in);
        }
      }
      default -> {
        try (InputStream in = Files.newInputStream(step.jar())) {
          bundle = context.installBundle("assembly:" + step.name(), in);
        }
        bundle.adapt(BundleStartLevel.class).setStartLevel(step.level());
      }
    }
    if (step.entry() != null) {
      placed.put(step.entry(), bundle);
    }
    return List.of(bundle);
  }

  /** Wires what was wired before anew, and lets the old class loaders go. */
  private void refresh(List<Bundle> wired) {
    if (wired.isEmpty()) {
      return;
    }
    CountDownLatch refreshed = new CountDownLatch(1);
    FrameworkWiring wiring =
        context.getBundle(Constants.SYSTEM_BUNDLE_LOCATION).adapt(FrameworkWiring.class);
    wiring.refreshBundles(
        wired,
        event -> {
          if (event.getType() == FrameworkEvent.PACKAGES_REFRESHED) {
            refreshed.countDown();
          }
        });
    try {
      if (!refreshed.await(REFRESH_S, TimeUnit.SECONDS)) {
        throw new AssemblyException("the framework did not wire bundles in " + REFRESH_S + " s");
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new AssemblyException("interrupted while bundles were wired", e);
    }
  }

  private void start(Bundle bundle) {
    try {
      bundle.start();
      stopped.remove(bundle);
    } catch (BundleException | IllegalStateException e) {
      throw new AssemblyException(
          bundle.getSymbolicName() + " " + bundle.getVersion() + " does not start: " + message(e),
          e);
    }
    int level = bundle.adapt(BundleStartLevel.class).getStartLevel();
    int reached =
        context
            .getBundle(Constants.SYSTEM_BUNDLE_LOCATION)
            .adapt(FrameworkStartLevel.class)
            .getStartLevel();
    if (level > reached) {
      return; // the framework is starting and comes to it
    }
    for (Plugin plugin : Plugin.of(bundle)) {
      if (!plugin.isOffered(bundle)) {
        throw new AssemblyException(
            bundle.getSymbolicName()
                + " "
                + bundle.getVersion()
                + " runs, but does not offer "
                + plugin
                + ": its component is not satisfied or failed, see the node's log");
      }
    }
  }

  private static String message(Throwable e) {
    return e.getCause() == null ? e.getMessage() : e.getMessage() + ": " + e.getCause();
  }

  @Override
  public synchronized void keep(Assembly assembly) {
    Path part = folder.resolve("kept.part");
    try {
      Files.writeString(part, FeatureJson.write(assembly));
      try (FileChannel out = FileChannel.open(part, StandardOpenOption.WRITE)) {
        out.force(true);
      }
      Files.move(part, file(), StandardCopyOption.ATOMIC_MOVE);
      try (FileChannel dir = FileChannel.open(folder)) {
        dir.force(true);
      }
    } catch (IOException e) {
      throw new AssemblyException(file() + " cannot be written: " + e.getMessage(), e);
    }
    kept = assembly;
  }
}
