package org.quorate.runtime.node;

import java.util.Map;
import org.quorate.core.config.ParameterException;
import org.quorate.core.replica.Replica;
import org.quorate.core.replica.ReplicaConfig;
import org.quorate.core.storage.ReplicaStores;
import org.quorate.spi.consensus.ConsensusStrategy;

/** Opens a group's replica with the parts that are there; one opening after the other. */
final class ReplicaOpening {
  /**
   * Whether it can be opened now.
   *
   * @param obstacle why not and what to do; null if it can
   */
  record Check(ReplicaConfig config, String obstacle) {}

  /** A replica that does not take part yet. */
  record Opened(Replica replica, ReplicaStores stores) {}

  private final GroupHost host;
  private final GroupHost.Node node;
  private boolean openedBefore; // by workers
  private volatile long store;

  ReplicaOpening(GroupHost host, GroupHost.Node node) {
    this.host = host;
    this.node = node;
  }

  /** Who the replica is that was opened last; from any thread. */
  long store() {
    return store;
  }

  /**
   * Looks whether a replica can be opened; on the loop.
   *
   * @param found null if a part is missing
   */
  Check check(Services.Parts found) {
    GroupManifest manifest = host.manifest();
    if (found == null) {
      String missing = node.services().missing(host.local());
      return new Check(null, missing == null ? "a part it uses has just come" : missing);
    }
    String objection = manifest.objection(node.id(), host.storage().storeId(found));
    if (objection != null) {
      return new Check(null, objection);
    }
    ReplicaConfig plain = manifest.config();
    try {
      ConsensusStrategy first = node.services().strategy(plain.strategy());
      Map<String, String> options = plain.options().values();
      return new Check(plain.with(GroupOptions.checked(options, found, first)), null);
    } catch (ParameterException e) {
      return new Check(null, "options: " + e.getMessage());
    }
  }

  /**
   * Opens the stores and recovers; on a worker.
   *
   * @param used takes the strategies that the replica asks for
   */
  Opened open(ReplicaConfig config, Services.Parts found, Map<String, ConsensusStrategy> used) {
    GroupManifest manifest = host.manifest();
    if (manifest.discard()) {
      Reseeding.discard(config.group(), found);
      node.replace(host, manifest.discarding(false));
    }
    ReplicaStores stores = host.storage().open(found);
    store = host.storage().storeId(found);
    Replica opened =
        Replica.open(
            config,
            new HostEnvironment(host.id(), node, host.loop(), used, store, risen()),
            stores.logs(),
            stores.states(),
            found.stateMachine().create(config.options()));
    if (opened.config().historyId() != config.historyId()) {
      node.replace(host, host.manifest().forked(opened.config()));
    }
    return new Opened(opened, stores);
  }

  /** Each replica of this process has its own: the log and the peers know the one before. */
  private long risen() {
    boolean first = !openedBefore;
    openedBefore = true;
    return first ? node.home().incarnation() : node.home().rise();
  }
}
