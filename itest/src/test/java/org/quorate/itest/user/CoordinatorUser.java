package org.quorate.itest.user;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.osgi.framework.BundleActivator;
import org.osgi.framework.BundleContext;
import org.osgi.framework.ServiceReference;
import org.quorate.api.Bytes;
import org.quorate.spi.coordination.CoordinationException;
import org.quorate.spi.coordination.Coordinator;
import org.quorate.spi.coordination.KeyEntry;
import org.quorate.spi.coordination.Listing;
import org.quorate.spi.coordination.RangeQuery;
import org.quorate.spi.coordination.Scope;

/**
 * Uses a node's coordinator in every way until the key {@link #STOP} is put: the diary in the node's folder
 * has what was acknowledged, seen, held and lost, and at the end all that is there.
 */
public final class CoordinatorUser implements BundleActivator {
  static final String LOG = "user/log";
  private static final String STOP = "user/stop";
  private static final String DONE = "user/done";
  private static final String WANTED = "(quorate.coordinator=native:default)";
  private static final long PATIENCE_S = 150;
  private static final int WRITERS = 2;

  private final List<Thread> lanes = new ArrayList<>();
  private Thread main;
  private String name;
  private Diary diary;
  private Coordinator coordinator;
  private volatile boolean going = true;

  @Override
  public void start(BundleContext context) {
    Path folder = Path.of(context.getProperty("quorate.data")).toAbsolutePath().getParent();
    diary = new Diary(folder.resolve("user.diary"));
    name = folder.getFileName() + "." + diary.said("BEGUN").size();
    main = begin("main", () -> live(context));
  }

  @Override
  public void stop(BundleContext context) {
    going = false;
    main.interrupt();
    lanes.forEach(Thread::interrupt);
  }

  /** Something that may fail. */
  interface Work {
    void run() throws InterruptedException;
  }

  /** On a thread of its own. */
  private Thread begin(String lane, Work work) {
    Thread thread =
        new Thread(
            () -> {
              try {
                work.run();
              } catch (InterruptedException e) {
                diary.note("INTERRUPTED " + lane);
              } catch (RuntimeException e) {
                diary.note("BROKEN " + lane + " " + e);
              }
            },
            "coordinator-user-" + lane);
    thread.setDaemon(true);
    thread.start();
    return thread;
  }

  /** What a stage comes to; throws what it fails with. */
  static <T> T await(CompletionStage<T> stage) throws InterruptedException {
    try {
      return stage.toCompletableFuture().get(PATIENCE_S, TimeUnit.SECONDS);
    } catch (ExecutionException e) {
      throw e.getCause() instanceof CoordinationException known
          ? known
          : new IllegalStateException(e.getCause());
    } catch (TimeoutException e) {
      throw new IllegalStateException("no answer within " + PATIENCE_S + " s", e);
    }
  }

  boolean going() {
    return going;
  }

  String name() {
    return name;
  }

  Diary diary() {
    return diary;
  }

  Coordinator coordinator() {
    return coordinator;
  }

  private void live(BundleContext context) throws InterruptedException {
    coordinator = service(context);
    diary.note("BEGUN " + name);
    Watching watching = new Watching(this);
    Keeper keeper = new Keeper(this);
    for (int i = 0; i < WRITERS; i++) {
      lanes.add(begin("writes-" + i, new Writes(this, i)));
    }
    lanes.add(begin("turns", new Turns(this)));
    int users = toldToStop();
    going = false;
    for (Thread lane : lanes) {
      lane.join(TimeUnit.SECONDS.toMillis(PATIENCE_S));
    }
    diary.note("READY to end"); // before anybody has closed anything
    await(coordinator.put(DONE + "/" + name.substring(0, name.indexOf('.')), Bytes.utf8("yes")));
    changedUntil(Scope.tree(DONE), users);
    List<KeyEntry> all = all();
    watching.hasSeen(all.stream().mapToLong(KeyEntry::modRevision).max().orElse(0));
    all.forEach(entry -> diary.note("LISTED " + shown(entry)));
    keeper.close();
    diary.note("END");
  }

  private static Coordinator service(BundleContext context) throws InterruptedException {
    for (long i = 0; i < PATIENCE_S * 20; i++) {
      try {
        for (ServiceReference<Coordinator> found :
            context.getServiceReferences(Coordinator.class, WANTED)) {
          Coordinator used = context.getService(found);
          if (used != null) {
            return used;
          }
        }
      } catch (org.osgi.framework.InvalidSyntaxException e) {
        throw new IllegalStateException(e);
      }
      TimeUnit.MILLISECONDS.sleep(50);
    }
    throw new IllegalStateException("no coordinator");
  }

  /** The value of the key tells how many users there are. */
  private int toldToStop() throws InterruptedException {
    return Integer.parseInt(changedUntil(Scope.key(STOP), 1).get(0).value().utf8());
  }

  /** Waits, by blocking queries, until there are so many keys. */
  private List<KeyEntry> changedUntil(Scope scope, int count) throws InterruptedException {
    Listing seen = await(coordinator.poll(List.of(scope), 0, 0));
    while (seen.entries().size() < count) {
      seen = await(coordinator.poll(List.of(scope), seen.revision(), 20_000));
    }
    return seen.entries();
  }

  private List<KeyEntry> all() throws InterruptedException {
    List<KeyEntry> found = new ArrayList<>();
    RangeQuery query = RangeQuery.of(Scope.tree(LOG));
    Listing page = await(coordinator.range(query));
    found.addAll(page.entries());
    while (page.more()) {
      query = query.after(page, false);
      page = await(coordinator.range(query));
      found.addAll(page.entries());
    }
    return found;
  }

  static String shown(KeyEntry entry) {
    return entry.modRevision() + " " + entry.key() + " " + entry.value().utf8();
  }
}
