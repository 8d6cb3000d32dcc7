package org.quorate.runtime.coordination;

import java.util.Hashtable;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Predicate;
import org.osgi.framework.Bundle;
import org.osgi.framework.BundleContext;
import org.osgi.framework.ServiceFactory;
import org.osgi.framework.ServiceRegistration;
import org.quorate.coordinator.swap.Authority;
import org.quorate.coordinator.swap.SwapMember;
import org.quorate.coordinator.swap.SwapRecord;
import org.quorate.coordinator.swap.SwappableCoordinator;
import org.quorate.spi.coordination.Coordinator;
import org.quorate.spi.coordination.CoordinatorPlace;
import org.quorate.spi.coordination.kit.ServiceLoop;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The service {@code Coordinator} of a name: each bundle that uses it has one of its own, which goes along
 * with every swap. It is there while the place that serves by the record is.
 */
public final class OfferedCoordinator implements ServiceFactory<Coordinator> {
  private static final Logger LOG = LoggerFactory.getLogger(OfferedCoordinator.class);
  private static final long PATIENCE_S = 5;

  private final BundleContext context;
  private final CoordinatorPlace home;
  private final Map<String, Object> properties;
  private final Predicate<String> available;
  private final Authority nothingRecorded;
  private final Authority authority = new UntilFollowing();
  private final ServiceLoop loop;

  /** Those of bundles that came before anything was recorded; guarded by this. */
  private final Map<SwappableCoordinator, String> early = new LinkedHashMap<>();

  private ServiceRegistration<Coordinator> registration; // guarded by this
  private String complained = ""; // guarded by this
  private boolean closed; // guarded by this
  private volatile SwapMember member;

  /**
   * Makes one.
   *
   * @param home where it is until it is swapped; the service has its name
   * @param properties of the service
   * @param available whether a place is there
   * @param nothingRecorded whether it is known that swaps are recorded nowhere
   */
  public OfferedCoordinator(
      BundleContext context,
      CoordinatorPlace home,
      Map<String, Object> properties,
      Predicate<String> available,
      Authority nothingRecorded,
      ServiceLoop loop) {
    this.context = context;
    this.home = home;
    this.properties = properties;
    this.available = available;
    this.nothingRecorded = nothingRecorded;
    this.loop = loop;
  }

  /** Goes by the records of swaps from now on; to be started by the caller. */
  public synchronized SwapMember follow(SwapMember following) {
    early.forEach((coordinator, bundle) -> following.adopt(bundle, coordinator));
    early.clear();
    member = following;
    return following;
  }

  /** Null while nothing is recorded. */
  public SwapMember member() {
    return member;
  }

  /** The place where it is, null while that is not known. */
  public String serving() {
    SwapMember following = member;
    if (following != null) {
      return following.serving();
    }
    return nothingRecorded.holds() ? home.name() : null;
  }

  /**
   * The place that serves, the record or a place has changed: the service comes or goes. Until the record
   * is known, its home is taken for what serves: what that says is not believed unless it vouches for it.
   */
  public void refresh() {
    SwapMember following = member;
    String known = following == null ? null : following.serving();
    String serving = known == null ? home.name() : known;
    ServiceRegistration<Coordinator> gone = null;
    boolean wanted;
    synchronized (this) {
      wanted = !closed && available.test(serving);
      if (!closed && !wanted && !complained.equals(serving)) {
        complained = serving;
        LOG.warn(
            "coordinator '{}' is off: by the record of its swaps it is at '{}', which is not"
                + " configured on this node",
            home.name(),
            serving);
      }
      if (!wanted) {
        gone = registration;
        registration = null;
      }
    }
    if (gone != null) {
      unregister(gone);
    } else if (wanted) {
      register();
    }
  }

  private synchronized void register() {
    if (registration == null && !closed) {
      try {
        registration =
            context.registerService(Coordinator.class, this, new Hashtable<>(properties));
      } catch (IllegalStateException e) {
        LOG.debug("the bundle stops", e);
      }
    }
  }

  private static void unregister(ServiceRegistration<?> registered) {
    try {
      registered.unregister();
    } catch (IllegalStateException e) {
      LOG.debug("the framework has taken the service of a coordinator back");
    }
  }

  @Override
  public Coordinator getService(Bundle bundle, ServiceRegistration<Coordinator> registered) {
    SwapMember following = member;
    try {
      return following == null
          ? early(bundle.getSymbolicName())
          : await(following.use(bundle.getSymbolicName()));
    } catch (ExecutionException | TimeoutException e) {
      LOG.warn("coordinator '{}' cannot be used by {}", home.name(), bundle, e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    return null;
  }

  /** One that is opened too late is nobody's. */
  private static Coordinator await(CompletionStage<Coordinator> opening)
      throws ExecutionException, InterruptedException, TimeoutException {
    try {
      return opening.toCompletableFuture().get(PATIENCE_S, TimeUnit.SECONDS);
    } catch (InterruptedException | TimeoutException e) {
      opening.thenAccept(Coordinator::shutdown);
      throw e;
    }
  }

  private Coordinator early(String bundle)
      throws ExecutionException, InterruptedException, TimeoutException {
    Coordinator opened = await(home.open(bundle, SwapRecord.FIRST_EPOCH));
    SwappableCoordinator coordinator =
        new SwappableCoordinator(home.name(), opened, authority, loop);
    synchronized (this) {
      if (member == null) {
        early.put(coordinator, bundle);
      } else {
        member.adopt(bundle, coordinator);
      }
    }
    return coordinator;
  }

  /** Where nothing is recorded nothing was ever swapped. */
  private final class UntilFollowing implements Authority {
    @Override
    public boolean holds() {
      SwapMember following = member;
      return following == null ? nothingRecorded.holds() : following.holds();
    }

    @Override
    public String why() {
      SwapMember following = member;
      return following == null ? nothingRecorded.why() : following.why();
    }
  }

  @Override
  public void ungetService(
      Bundle bundle, ServiceRegistration<Coordinator> registered, Coordinator used) {
    boolean over;
    synchronized (this) {
      early.remove(used);
      over = registration == null;
    }
    if (over) {
      used.abandon();
    } else {
      used.shutdown();
    }
  }

  /** Its home goes: sessions are left as they are, and can be resumed. */
  public void close() {
    ServiceRegistration<Coordinator> gone;
    synchronized (this) {
      closed = true;
      gone = registration;
      registration = null;
    }
    if (gone != null) {
      unregister(gone);
    }
    if (member != null) {
      member.close();
    }
  }
}
