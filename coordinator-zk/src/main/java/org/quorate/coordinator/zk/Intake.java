package org.quorate.coordinator.zk;

import java.util.Iterator;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ThreadLocalRandom;
import org.quorate.coordinator.zk.state.Command;
import org.quorate.coordinator.zk.state.Machine;
import org.quorate.spi.coordination.CoordinationException;
import org.quorate.spi.coordination.CoordinationException.Code;
import org.quorate.spi.coordination.FencingToken;
import org.quorate.spi.coordination.Inventory;
import org.quorate.spi.coordination.InventoryDifference;

/**
 * Takes an inventory in: entries one after the other that make what is there into what is wanted. What
 * is there may have come by one that did not end. On the coordinator's thread.
 */
final class Intake {
  private final Core core;
  private final Inventory inventory;
  private final FencingToken by;
  private final long taker = ThreadLocalRandom.current().nextLong();

  Intake(Core core, Inventory inventory, FencingToken by) {
    this.core = core;
    this.inventory = inventory;
    this.by = by;
  }

  /** Lets it all be there, and nobody use it. */
  CompletionStage<Void> warm() {
    return begin().thenCompose(begun -> next(different()));
  }

  /** Lets it all be there. */
  CompletionStage<Void> take() {
    return warm().thenCompose(all -> append(new Command.TakeEnd(inventory.revision(), taker)));
  }

  private Iterator<Command> different() {
    Inventory there = core.replica().machine().inventory();
    return Parts.of(InventoryDifference.between(there, inventory), taker).iterator();
  }

  /**
   * What is open or sealed is opened anew by the entry that says that it is being taken in: one that
   * comes late finds another head, and is not there.
   */
  private CompletionStage<Void> begin() {
    Command.TakeBegin begin = new Command.TakeBegin(inventory.start(), taker);
    return known()
        .thenCompose(
            machine -> {
              if (!machine.isTaking() && !machine.inventory().isEmpty()) {
                throw Machine.inUse();
              }
              return core.outbox().seal(null, by, begin, core.requestMs());
            })
        .thenCompose(
            done -> {
              if (!done) {
                throw new CoordinationException(
                    Code.UNAVAILABLE, "somebody else changed the seal at the same time: try again");
              }
              return known();
            })
        .thenAccept(machine -> machine.wantTaking(taker));
  }

  /** What is here, once all is known that was acknowledged before. */
  private CompletionStage<Machine> known() {
    return core.reads().await(core.requestMs()).thenApply(ready -> core.replica().machine());
  }

  private CompletionStage<Void> next(Iterator<Command> parts) {
    return parts.hasNext()
        ? append(parts.next()).thenCompose(done -> next(parts))
        : CompletableFuture.completedFuture(null);
  }

  private CompletionStage<Void> append(Command command) {
    return core.<Boolean>submit(command, core.requestMs()).thenAccept(done -> {});
  }
}
