package org.quorate.assembly.osgi;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.osgi.framework.Bundle;
import org.osgi.framework.BundleContext;
import org.osgi.framework.BundleException;
import org.osgi.framework.Constants;
import org.osgi.framework.ServiceRegistration;
import org.osgi.framework.hooks.bundle.CollisionHook;
import org.osgi.framework.hooks.resolver.ResolverHook;
import org.osgi.framework.hooks.resolver.ResolverHookFactory;
import org.osgi.framework.wiring.BundleCapability;
import org.osgi.framework.wiring.BundleRequirement;
import org.osgi.framework.wiring.BundleRevision;
import org.osgi.framework.wiring.BundleWire;
import org.osgi.framework.wiring.BundleWiring;
import org.osgi.framework.wiring.FrameworkWiring;
import org.quorate.assembly.AssemblyException;

/**
 * Has the framework resolve jars beside the bundles whose place they would take. They are installed
 * under names of their own, are never started, see nothing of what they replace, and are gone at the
 * end.
 */
final class Trial implements AutoCloseable {
  private static final List<String> PLATFORM =
      List.of("org.quorate.runtime", "org.quorate.assembly", "org.apache.felix.framework");

  private final BundleContext context;
  private final FrameworkWiring wiring;
  private final Map<Step, Bundle> tried = new LinkedHashMap<>();
  private final Set<Bundle> leaving = new HashSet<>();
  private final List<String> objections = new ArrayList<>();
  private final List<ServiceRegistration<?>> hooks = new ArrayList<>();

  Trial(BundleContext context) {
    this.context = context;
    this.wiring = context.getBundle(Constants.SYSTEM_BUNDLE_LOCATION).adapt(FrameworkWiring.class);
  }

  /** Why these steps cannot be taken; empty if they can. */
  List<String> run(List<Step> steps) {
    for (Step step : steps) {
      if (step.bundle() != null) {
        leaving.add(step.bundle());
      }
    }
    guardPlatform();
    hooks.add(context.registerService(CollisionHook.class, this::collisions, null));
    hooks.add(context.registerService(ResolverHookFactory.class, t -> new Hidden(), null));
    steps.stream().filter(s -> s.jar() != null).forEach(this::install);
    wiring.resolveBundles(tried.values());
    tried.forEach(this::judge);
    leaving.forEach(this::judgeDependents);
    steps.forEach(this::judgePlugins);
    return objections;
  }

  /** What the node itself stands on goes only with the node. */
  private void guardPlatform() {
    for (Bundle each : leaving) {
      for (Bundle dependent : wiring.getDependencyClosure(List.of(each))) {
        if (PLATFORM.contains(dependent.getSymbolicName())) {
          objections.add(
              each.getSymbolicName()
                  + " is used by "
                  + dependent.getSymbolicName()
                  + ": it changes with a new distribution and a restart of the node");
        }
      }
    }
  }

  private void install(Step step) {
    try (InputStream in = Files.newInputStream(step.jar())) {
      tried.put(step, context.installBundle("trial:" + step.jar() + ":" + System.nanoTime(), in));
    } catch (IOException | BundleException e) {
      objections.add(step.name() + " cannot be installed: " + e.getMessage());
    }
  }

  private void collisions(int type, Bundle target, Collection<Bundle> found) {
    if (target.equals(context.getBundle())) {
      found.clear();
    }
  }

  private void judge(Step step, Bundle bundle) {
    if (bundle.getState() != Bundle.INSTALLED) {
      return;
    }
    List<String> missing = new ArrayList<>();
    for (BundleRequirement need :
        bundle.adapt(BundleRevision.class).getDeclaredRequirements(null)) {
      boolean wanted =
          !Constants.RESOLUTION_OPTIONAL.equals(need.getDirectives().get("resolution"))
              && !"active".equals(need.getDirectives().get("effective"));
      if (wanted && wiring.findProviders(need).stream().noneMatch(c -> isThere(need, c))) {
        missing.add(name(need));
      }
    }
    String what =
        missing.isEmpty()
            ? "the framework cannot wire it beside the bundles that are there"
            : "nobody provides " + String.join(", ", missing);
    objections.add(step.name() + " " + bundle.getVersion() + " does not resolve: " + what);
  }

  private boolean isThere(BundleRequirement need, BundleCapability found) {
    return !leaving.contains(found.getRevision().getBundle()) && need.matches(found);
  }

  private static String name(BundleRequirement need) {
    String kind = need.getNamespace().replace("osgi.wiring.", "");
    return kind + " " + need.getDirectives().getOrDefault("filter", need.toString());
  }

  /** Who uses a package of a bundle that leaves must find it in what comes. */
  private void judgeDependents(Bundle bundle) {
    BundleWiring used = bundle.adapt(BundleWiring.class);
    if (used == null) {
      return;
    }
    for (BundleWire wire : used.getProvidedWires(null)) {
      Bundle user = wire.getRequirer().getBundle();
      BundleRequirement need = wire.getRequirement();
      boolean found =
          leaving.contains(user)
              || wiring.findProviders(need).stream().anyMatch(c -> isThere(need, c));
      if (!found) {
        objections.add(
            user.getSymbolicName()
                + " would be left without "
                + name(need)
                + " of "
                + bundle.getSymbolicName());
      }
    }
  }

  private void judgePlugins(Step step) {
    Bundle trial = tried.get(step);
    if (step.bundle() != null && (trial != null || step.jar() == null)) {
      Plugin.of(step.bundle())
          .forEach(
              old -> {
                String objection = old.objection(trial == null ? List.of() : Plugin.of(trial));
                if (objection != null) {
                  objections.add(step.name() + ": " + objection);
                }
              });
    }
  }

  /** The hooks go in any case: left behind they would let bundles in twice. */
  @Override
  public void close() {
    try {
      for (Bundle bundle : tried.values()) {
        bundle.uninstall();
      }
    } catch (BundleException | IllegalStateException e) {
      throw new AssemblyException("a bundle of a trial does not go: " + e.getMessage(), e);
    } finally {
      hooks.forEach(ServiceRegistration::unregister);
    }
  }

  /** Those on trial see each other and what stays; nobody else sees them. */
  private final class Hidden implements ResolverHook {
    @Override
    public void filterResolvable(Collection<BundleRevision> candidates) {
      // All may resolve.
    }

    @Override
    public void filterSingletonCollisions(
        BundleCapability singleton, Collection<BundleCapability> collisions) {
      if (tried.containsValue(singleton.getRevision().getBundle())) {
        collisions.clear();
      } else {
        collisions.removeIf(c -> tried.containsValue(c.getRevision().getBundle()));
      }
    }

    @Override
    public void filterMatches(BundleRequirement need, Collection<BundleCapability> candidates) {
      boolean onTrial = tried.containsValue(need.getRevision().getBundle());
      candidates.removeIf(
          c -> {
            Bundle provider = c.getRevision().getBundle();
            return onTrial ? leaving.contains(provider) : tried.containsValue(provider);
          });
    }

    @Override
    public void end() {
      // Nothing is held.
    }
  }
}
