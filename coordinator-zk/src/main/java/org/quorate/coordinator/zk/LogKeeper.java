package org.quorate.coordinator.zk;

import org.quorate.coordinator.zk.state.Command;
import org.quorate.coordinator.zk.state.Machine;

/**
 * Keeps the log short: whoever has made it long enough stores a snapshot, or turns to the next folder.
 * On the coordinator's thread alone.
 */
final class LogKeeper {
  private static final long RETRY_MS = 1_000;

  /** What an entry takes up beside its bytes, about. */
  private static final int ENTRY_BYTES = 512;

  private final Core core;
  private final SnapshotStore snapshots;
  private final Settings settings;
  private boolean storing;

  LogKeeper(Core core, SnapshotStore snapshots, Settings settings) {
    this.core = core;
    this.snapshots = snapshots;
    this.settings = settings;
  }

  /** An entry of this coordinator was applied. */
  void applied() {
    Machine machine = core.replica().machine();
    if (!storing && !core.isClosed() && isDue(machine, settings)) {
      storing = true;
      byte[] bytes = machine.store();
      Position at = core.replica().position();
      core.loop()
          .background(
              () -> {
                boolean mine = snapshots.store(bytes, at);
                core.loop().execute(() -> stored(mine));
              },
              this::later);
    }
    if (core.replica().position().next() >= settings.folderEntries()) {
      core.outbox().nextFolder();
    }
  }

  /** The log is long, and not much shorter than what would be written to replace it. */
  static boolean isDue(Machine machine, Settings settings) {
    long entries = machine.entriesSinceSnapshot();
    long bytes = machine.bytesSinceSnapshot();
    return (entries >= settings.snapshotEntries() || bytes >= settings.snapshotBytes())
        && bytes + entries * ENTRY_BYTES >= machine.keys().bytes();
  }

  private void stored(boolean mine) {
    if (mine && !core.isClosed()) {
      core.submit(new Command.SnapshotStored(), core.requestMs())
          .whenComplete((done, problem) -> storing = false);
    } else {
      later();
    }
  }

  private void later() {
    core.loop().later(() -> storing = false, RETRY_MS);
  }
}
