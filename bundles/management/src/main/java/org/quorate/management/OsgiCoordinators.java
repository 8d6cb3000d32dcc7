package org.quorate.management;

import java.util.Comparator;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executor;
import java.util.function.Function;
import org.osgi.framework.BundleContext;
import org.osgi.framework.InvalidSyntaxException;
import org.osgi.framework.ServiceReference;
import org.quorate.coordinator.swap.CoordinatorSwaps;
import org.quorate.spi.coordination.Coordinator;

/** The services {@code Coordinator} of a framework. */
final class OsgiCoordinators implements CoordinatorServices {
  private static final String NAME = "quorate.coordinator";

  private final BundleContext context;
  private final Executor worker;

  /**
   * Makes them.
   *
   * @param worker where a service is waited for that has to be opened at its provider first
   */
  OsgiCoordinators(BundleContext context, Executor worker) {
    this.context = context;
    this.worker = worker;
  }

  private List<ServiceReference<Coordinator>> references() {
    try {
      return context.getServiceReferences(Coordinator.class, "(" + NAME + "=*)").stream()
          .sorted(Comparator.comparing(r -> text(r, NAME)))
          .toList();
    } catch (InvalidSyntaxException e) {
      throw new IllegalStateException(e);
    }
  }

  private static String text(ServiceReference<?> reference, String property) {
    Object value = reference.getProperty(property);
    return value == null ? null : value.toString();
  }

  @Override
  public List<CoordinatorView> list() {
    CoordinatorSwaps swaps = offered();
    return references().stream().map(r -> view(r, swaps)).toList();
  }

  private static CoordinatorView view(ServiceReference<Coordinator> r, CoordinatorSwaps swaps) {
    String name = text(r, NAME);
    return new CoordinatorView(
        name,
        text(r, NAME + ".provider"),
        text(r, "quorate.group"),
        swaps == null ? name : swaps.serving(name));
  }

  @Override
  public <T> CompletionStage<T> with(
      String name, Function<Coordinator, CompletionStage<T>> request) {
    return CompletableFuture.supplyAsync(() -> use(name, request), worker)
        .thenCompose(answer -> answer);
  }

  private <T> CompletionStage<T> use(
      String name, Function<Coordinator, CompletionStage<T>> request) {
    for (ServiceReference<Coordinator> reference : references()) {
      if (name.equals(text(reference, NAME))) {
        Coordinator found = context.getService(reference);
        if (found != null) {
          return used(reference, found, request);
        }
      }
    }
    throw CoordinatorServices.unknown(name);
  }

  @Override
  public CoordinatorSwaps swaps() {
    CoordinatorSwaps found = offered();
    return found == null ? NONE.swaps() : found;
  }

  private CoordinatorSwaps offered() {
    ServiceReference<CoordinatorSwaps> reference =
        context.getServiceReference(CoordinatorSwaps.class);
    return reference == null ? null : context.getService(reference);
  }

  private <T> CompletionStage<T> used(
      ServiceReference<Coordinator> reference,
      Coordinator found,
      Function<Coordinator, CompletionStage<T>> request) {
    CompletionStage<T> answer;
    try {
      answer = request.apply(found);
    } catch (RuntimeException e) {
      giveBack(reference);
      throw e;
    }
    return answer.whenComplete((done, problem) -> giveBack(reference));
  }

  private void giveBack(ServiceReference<Coordinator> reference) {
    try {
      context.ungetService(reference);
    } catch (IllegalStateException e) {
      // This bundle has stopped, and uses nothing any more.
    }
  }
}
