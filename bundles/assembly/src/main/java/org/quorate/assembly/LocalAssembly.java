package org.quorate.assembly;

import java.util.List;

/**
 * The bundles of this framework; an OSGi service. An assembly is put in place, found good, and only
 * then kept: the next start puts in place what was kept. Blocks; thread-safe.
 */
public interface LocalAssembly {
  /** What was put in place last, and all of it. */
  Assembly running();

  /** What the next start will put in place; {@link Assembly#DISTRIBUTION} at first. */
  Assembly kept();

  /** All bundles, by name. */
  List<InstalledBundle> installed();

  /** Where the jars of assemblies are. */
  Artifacts artifacts();

  /**
   * Reads the manifest of a jar.
   *
   * @throws AssemblyException if it is not there or no bundle that can be deployed
   */
  BundleEntry describe(String sha256);

  /** Has the framework's resolver try an assembly whose jars are here; changes nothing. */
  Plan plan(Assembly assembly);

  /**
   * Stops what changes, replaces it and starts it.
   *
   * @throws AssemblyException if a bundle cannot be replaced, does not start or does not offer what
   *     it declares; the framework is then somewhere between
   */
  void put(Assembly assembly);

  /** Has the next start put this in place; on disk when it returns. */
  void keep(Assembly assembly);

  /** The class loaders of bundles that were updated or uninstalled. */
  Leaks leaks();
}
