package org.quorate.runtime.node;

import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import org.quorate.core.replica.Replica;
import org.quorate.core.storage.ReplicaStores;
import org.quorate.core.storage.StorageMark;
import org.quorate.core.storage.StorageMove;
import org.quorate.core.storage.StorageMove.Phase;
import org.quorate.runtime.api.ControlException.Code;
import org.quorate.spi.storage.LogStorage;
import org.quorate.spi.storage.StateStorage;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Where this node keeps its replica of a group, and its moves elsewhere. On the group's loop. */
final class ReplicaStorage {
  private static final Logger LOG = LoggerFactory.getLogger(ReplicaStorage.class);

  private final GroupHost host;
  private final GroupHost.Node node;
  private final ManifestStore files;
  private volatile StorageChoice choice;

  /** The last one on disk; ahead of the one in force while a move changes it. */
  private volatile StorageChoice written;

  private ReplicaStores stores;
  private Replica replica;
  private StorageMove move;
  private StorageTarget target;
  private String from = "";
  private String to = "";
  private String phase = "";
  private String why = "";
  private long beganMs;
  private long tookMs = -1;
  private int endings;
  private Runnable whenIdle;
  private volatile long lossesBefore; // when the replica came to where it is

  /** Reads the mark; blocks. */
  ReplicaStorage(GroupHost host, GroupHost.Node node, ManifestStore files, GroupManifest manifest) {
    this.host = host;
    this.node = node;
    this.files = files;
    choice = files.storage(manifest);
    written = choice;
    lossesBefore = node.services().losses();
    List<StorageChoice.Move> moves = choice.moves();
    if (!moves.isEmpty()) {
      StorageChoice.Move last = moves.get(moves.size() - 1);
      from = last.from();
      to = last.to();
      phase = "done";
      tookMs = last.tookMs();
    }
  }

  /** The manifest as it holds on this node; from any thread. */
  GroupManifest on(GroupManifest manifest) {
    return manifest.on(choice.log(), choice.state());
  }

  /** From any thread. */
  String names() {
    return choice.names();
  }

  /** Whether it has moved from where the group was created; from any thread. */
  boolean elsewhere() {
    return choice.storeId() != 0;
  }

  /** Who this replica is; from any thread. */
  long storeId(Services.Parts parts) {
    StorageChoice now = choice;
    long losses = node.services().losses();
    boolean held = now.start() == node.home().incarnation() && losses == lossesBefore;
    if (now.storeId() != 0 && (parts.durable() || held)) {
      return now.storeId();
    }
    return parts.durable() ? node.home().storeId() : node.home().volatileStoreId(losses);
  }

  // ---- opening and closing -------------------------------------------------------------------

  /** The storages for the replica; what others may still hold of it is deleted; blocks. */
  ReplicaStores open(Services.Parts parts) {
    StorageChoice now = choice;
    if (!now.clean()) {
      try {
        String missing = bury(now);
        if (missing == null) {
          choice = now.with("", "");
          save(choice);
        } else {
          LOG.warn("group {}: remains in {} are kept: {}", host.id(), remains(now), missing);
        }
      } catch (RuntimeException e) {
        LOG.warn("group {}: remains in {} are kept", host.id(), remains(now), e);
      }
    }
    return new ReplicaStores(host.id(), parts.log(), parts.storage());
  }

  private static String remains(StorageChoice of) {
    return (of.deadLog() + " " + of.deadState()).trim();
  }

  /** Deletes the remains; which storage is missing for that, or null. */
  private String bury(StorageChoice now) {
    LogStorage log = now.deadLog().isEmpty() ? null : node.services().log(now.deadLog());
    StateStorage state =
        now.deadState().isEmpty() ? null : node.services().storage(now.deadState());
    if (!now.deadLog().isEmpty() && log == null) {
      return "log '" + now.deadLog() + "' is not installed";
    }
    if (!now.deadState().isEmpty() && state == null) {
      return "storage '" + now.deadState() + "' is not installed";
    }
    ReplicaStores.deleteAll(host.id(), log, state);
    return null;
  }

  private void save(StorageChoice next) {
    files.save(host.id(), next);
    written = next;
  }

  void opened(ReplicaStores of, Replica opened) {
    stores = of;
    replica = opened;
  }

  /** Closes the replica, in this turn; what works on its stores may still be {@link #ending}. */
  void close() {
    if (moving()) {
      endings++;
      move.cancel(this::moveEnded);
    }
    CompletableFuture<Void> released = replica.released().toCompletableFuture();
    replica.close();
    stores = null;
    replica = null;
    if (!released.isDone()) {
      endings++;
      released.thenRunAsync(this::ended, host.loop());
    }
  }

  private void moveEnded() {
    choice = written;
    move = null;
    if (!phase.equals("done") && !phase.equals("aborted")) {
      phase = choice.names().equals(to) ? "done" : "aborted";
      why = "the replica was closed";
    }
    ended();
  }

  private void ended() {
    endings--;
    if (endings == 0 && whenIdle != null) {
      Runnable then = whenIdle;
      whenIdle = null;
      then.run();
    }
  }

  /** Whether a worker, or a move, is still at the stores of the replica that was closed. */
  boolean ending() {
    return endings > 0;
  }

  /** Runs when the stores can be opened again; only while {@link #ending}. */
  void whenIdle(Runnable then) {
    Runnable before = whenIdle;
    whenIdle =
        before == null
            ? then
            : () -> {
              before.run();
              then.run();
            };
  }

  // ---- moving --------------------------------------------------------------------------------

  boolean moving() {
    return move != null && !move.phase().ended();
  }

  void tick(long nowMs) {
    if (move != null) {
      move.tick(nowMs);
    }
  }

  /** Whether the replica can move; the answer's names say where it is and what the target is. */
  Answer check(StorageTarget wanted) {
    String objection = objection(wanted);
    if (objection != null) {
      return Answer.failed(Code.INVALID, objection);
    }
    boolean durable =
        node.services().log(wanted.log()).durable()
            && node.services().storage(wanted.state()).durable();
    return Answer.done(List.of(names(), durable ? "durable" : "memory"));
  }

  private String objection(StorageTarget wanted) {
    if (replica == null) {
      return "the replica is not open";
    }
    GroupManifest there = host.manifest().on(wanted.log(), wanted.state());
    String missing = node.services().missing(there);
    if (missing != null) {
      return missing;
    }
    if (wanted.names().equals(names())) {
      return null;
    }
    if (moving()) {
      return "it is moving to " + to + " already";
    }
    if (!choice.clean()) {
      return "remains in " + remains(choice) + " are not deleted: start that bundle and the node";
    }
    LogStorage log = node.services().log(wanted.log());
    StateStorage state = node.services().storage(wanted.state());
    LogStorage now = node.services().log(choice.log());
    if (log != now && !(log.movable() && now.movable())) {
      return "log '"
          + (log.movable() ? now : log).name()
          + "' lacks the capability 'movable': it cannot tell which links it holds";
    }
    if (log.durable() != state.durable()) {
      return "log '"
          + log.name()
          + "' and storage '"
          + state.name()
          + "' do not go together: only "
          + (log.durable() ? "the log" : "the state")
          + " would outlive a restart (capability 'durable')";
    }
    long heap = Runtime.getRuntime().maxMemory();
    if (!state.durable() && stores.stateBytes() > heap / 4) {
      return "a state of "
          + (stores.stateBytes() >> 20)
          + " MiB is more than a quarter of the heap of "
          + (heap >> 20)
          + " MiB";
    }
    return null;
  }

  /** Begins to move. */
  Answer begin(StorageTarget wanted, long nowMs) {
    String objection = objection(wanted);
    if (objection != null) {
      return Answer.failed(Code.INVALID, objection);
    }
    if (wanted.names().equals(names())) {
      return Answer.DONE;
    }
    target = wanted;
    from = names();
    to = wanted.names();
    beganMs = nowMs;
    tookMs = -1;
    LogStorage log = node.services().log(wanted.log());
    StateStorage state = node.services().storage(wanted.state());
    boolean logMoves = !wanted.log().equals(choice.log());
    boolean stateMoves = !wanted.state().equals(choice.state());
    Services.Parts parts = node.services().parts(host.local());
    move =
        new StorageMove(
            stores,
            logMoves ? log : null,
            stateMoves ? state : null,
            new Mark(choice, storeId(parts)),
            replica.storageHost(),
            host.loop(),
            node.workers(),
            this::reached);
    move.start(nowMs, wanted.timeoutMs());
    return Answer.DONE;
  }

  private void reached(Phase next, String reason) {
    phase = next.name().toLowerCase(Locale.ROOT);
    why = reason;
    if (next == Phase.CLEANING) {
      tookMs = GroupHost.nowMs() - beganMs;
      choice = written;
      host.moved(choice);
    } else if (next.ended()) {
      choice = written;
    }
    Map<String, String> details = new TreeMap<>(Map.of("from", from, "to", to));
    if (!reason.isEmpty()) {
      details.put("why", reason);
    }
    node.changed(host, "storage." + phase, details);
  }

  /** Where it is and how far its last move is; as the names of an answer. */
  Answer state() {
    long ms = moving() && tookMs < 0 ? GroupHost.nowMs() - beganMs : tookMs;
    return Answer.done(List.of(names(), from, to, phase, why, Long.toString(ms)));
  }

  /** Writes the mark; on workers, one call at a time. */
  private final class Mark implements StorageMark {
    private final StorageChoice before;
    private final StorageTarget into;
    private final long storeId;
    private final long began;

    Mark(StorageChoice before, long storeId) {
      this.before = before;
      this.into = target;
      this.storeId = storeId;
      this.began = beganMs;
    }

    @Override
    public void begin() {
      save(
          before.with(
              into.log().equals(before.log()) ? "" : into.log(),
              into.state().equals(before.state()) ? "" : into.state()));
    }

    @Override
    public void switched() {
      lossesBefore = node.services().losses();
      save(
          before.moved(
              into.log(),
              into.state(),
              storeId,
              node.home().incarnation(),
              new StorageChoice.Move(
                  before.names(),
                  into.names(),
                  System.currentTimeMillis(),
                  GroupHost.nowMs() - began)));
    }

    @Override
    public void cleared() {
      save(written.with("", ""));
    }
  }
}
