package org.quorate.runtime.deploy;

import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executor;
import org.quorate.assembly.Leaks;
import org.quorate.assembly.LocalAssembly;
import org.quorate.runtime.api.AssemblyControl;
import org.quorate.runtime.api.ControlException;
import org.quorate.runtime.api.ControlException.Code;

/** What this node is assembled from. */
public final class Assemblies implements AssemblyControl {
  private final LocalAssembly local;
  private final Executor workers;

  /**
   * Of a framework.
   *
   * @param local null when the node does not run in one
   */
  public Assemblies(LocalAssembly local, Executor workers) {
    this.local = local;
    this.workers = workers;
  }

  @Override
  public CompletionStage<Leftovers> leaks() {
    if (local == null) {
      return CompletableFuture.failedStage(
          new ControlException(
              Code.UNSUPPORTED, "this node does not run in a framework: it has no bundles"));
    }
    return CompletableFuture.supplyAsync(
        () -> {
          Leaks leaks = local.leaks();
          return new Leftovers(leaks.replaced(), leaks.find());
        },
        workers);
  }
}
