package org.quorate.coordinator.zk;

import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.apache.zookeeper.KeeperException;
import org.quorate.spi.config.Options;
import org.quorate.spi.config.Parameter;
import org.quorate.spi.coordination.CoordinationException;
import org.quorate.spi.coordination.CoordinationException.Code;
import org.quorate.spi.coordination.CoordinationLimits;
import org.quorate.spi.coordination.Coordinator;
import org.quorate.spi.coordination.CoordinatorProvider;

/**
 * Opens coordinators on a ZooKeeper ensemble, or on a server inside of this process if no address is
 * given: all that name the same data folder share one, by whichever provider, which stops with the last
 * of them.
 */
public class ZooKeeperProvider implements CoordinatorProvider {
  /** Of all providers: two servers on one folder would be two worlds. */
  private static final Map<Path, Shared> EMBEDDED = new HashMap<>();

  private final Path home;

  /** An embedded server wants {@code coordinator.zk.dir}. */
  public ZooKeeperProvider() {
    this(null);
  }

  /**
   * Makes one.
   *
   * @param home where an embedded server keeps its data if options do not say
   */
  protected ZooKeeperProvider(Path home) {
    this.home = home;
  }

  private static final class Shared {
    private final EmbeddedServer server;
    private int users;

    Shared(EmbeddedServer server) {
      this.server = server;
    }
  }

  @Override
  public String name() {
    return "zookeeper";
  }

  @Override
  public List<Parameter> parameters() {
    return Settings.PARAMETERS;
  }

  @Override
  public CompletionStage<Coordinator> open(String client, long epoch, Options options) {
    try {
      CoordinationLimits.text("the name of a client", client, CoordinationLimits.NAME_BYTES);
      CoordinationLimits.range("epoch", epoch, 1, Long.MAX_VALUE);
      return open(client, epoch, Settings.of(options, home));
    } catch (CoordinationException e) {
      return CompletableFuture.failedFuture(e);
    }
  }

  CompletionStage<Coordinator> open(String client, long epoch, Settings settings) {
    CompletableFuture<Coordinator> opened = new CompletableFuture<>();
    Ensemble.daemon(
            () -> {
              try {
                opened.complete(connect(client, epoch, settings));
              } catch (CoordinationException e) {
                opened.completeExceptionally(e);
              } catch (KeeperException e) {
                CoordinationException refused = Refusal.of(e.code(), settings.root());
                opened.completeExceptionally(refused == null ? unavailable(settings, e) : refused);
              } catch (Exception | Error e) {
                opened.completeExceptionally(unavailable(settings, e));
              }
            })
        .start();
    return opened;
  }

  private static CoordinationException unavailable(Settings settings, Throwable why) {
    return new CoordinationException(
        Code.UNAVAILABLE,
        "cannot coordinate on ZooKeeper " + settings.connect() + settings.root() + ": " + why,
        why);
  }

  private Coordinator connect(String client, long epoch, Settings settings) throws Exception {
    boolean inside = settings.connect().isEmpty();
    Path folder = inside ? Path.of(settings.folder()).toAbsolutePath().normalize() : null;
    String address = inside ? join(folder) : settings.connect();
    Runnable leave = inside ? () -> leave(folder) : () -> {};
    Core core = core(client, epoch, settings, address, leave);
    try {
      core.open();
    } catch (Exception | Error e) {
      core.abandon();
      throw e;
    }
    String place = inside ? "embedded" : address;
    return new ZkCoordinator(name() + ":" + place + settings.root(), core);
  }

  private static Core core(
      String client, long epoch, Settings settings, String address, Runnable leave) {
    try {
      return new Core(client, epoch, settings, address, leave);
    } catch (RuntimeException | Error e) {
      leave.run();
      throw e;
    }
  }

  private static String join(Path folder) throws Exception {
    synchronized (EMBEDDED) {
      Shared shared = EMBEDDED.get(folder);
      if (shared == null) {
        shared = new Shared(new EmbeddedServer(folder, 0));
        EMBEDDED.put(folder, shared);
      }
      shared.users++;
      return shared.server.address();
    }
  }

  private static void leave(Path folder) {
    synchronized (EMBEDDED) {
      Shared shared = EMBEDDED.get(folder);
      if (shared != null && --shared.users == 0) {
        EMBEDDED.remove(folder);
        shared.server.close();
      }
    }
  }
}
