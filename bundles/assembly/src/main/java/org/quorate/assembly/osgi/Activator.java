package org.quorate.assembly.osgi;

import java.nio.file.Path;
import org.osgi.framework.Bundle;
import org.osgi.framework.BundleActivator;
import org.osgi.framework.BundleContext;
import org.osgi.framework.BundleEvent;
import org.osgi.framework.BundleReference;
import org.osgi.framework.SynchronousBundleListener;
import org.osgi.framework.wiring.BundleWiring;
import org.quorate.assembly.AssemblyException;
import org.quorate.assembly.ClassLoaders;
import org.quorate.assembly.LocalAssembly;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Puts in place what was kept, before plug-ins start (the bundle's start level is lower), and watches
 * the class loaders of bundles from their first start on. Framework property {@code quorate.data}
 * names the node's data directory; without it there is nothing to put in place or to keep.
 */
public final class Activator implements BundleActivator {
  private static final Logger LOG = LoggerFactory.getLogger(Activator.class);

  @Override
  public void start(BundleContext context) {
    ClassLoaders loaders = new ClassLoaders(Activator::isCurrent);
    SynchronousBundleListener listener =
        event -> {
          if (event.getType() == BundleEvent.STARTED) {
            watch(event.getBundle(), loaders);
          }
        };
    context.addBundleListener(listener);
    for (Bundle bundle : context.getBundles()) {
      if (bundle.getState() == Bundle.ACTIVE) {
        watch(bundle, loaders);
      }
    }
    String data = context.getProperty("quorate.data");
    if (data != null && !data.isEmpty()) {
      Path folder = Path.of(data).toAbsolutePath().resolve("assembly");
      FrameworkAssembly local = new FrameworkAssembly(context, folder, loaders);
      putKept(local);
      context.registerService(LocalAssembly.class, local, null);
    }
  }

  private static void putKept(FrameworkAssembly local) {
    if (local.kept().bundles().isEmpty()) {
      return;
    }
    try {
      local.put(local.kept());
      LOG.info("assembly {} is in place: {}", local.kept().number(), local.kept().bundles());
    } catch (AssemblyException e) {
      LOG.error(
          "assembly {} is not in place, the node starts with what it has: {}",
          local.kept().number(),
          e.getMessage(),
          e);
    }
  }

  private static void watch(Bundle bundle, ClassLoaders loaders) {
    BundleWiring wiring = bundle.adapt(BundleWiring.class);
    if (bundle.getBundleId() != 0 && wiring != null) {
      loaders.made(
          bundle.getSymbolicName(), bundle.getVersion().toString(), wiring.getClassLoader());
    }
  }

  private static boolean isCurrent(ClassLoader loader) {
    BundleWiring now = ((BundleReference) loader).getBundle().adapt(BundleWiring.class);
    return now != null && now.getClassLoader() == loader;
  }

  @Override
  public void stop(BundleContext context) {
    // The framework takes listener and service back.
  }
}
