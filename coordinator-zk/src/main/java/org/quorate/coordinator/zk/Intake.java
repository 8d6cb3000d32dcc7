package org.quorate.coordinator.zk;

import java.util.Iterator;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.quorate.coordinator.zk.state.Command;
import org.quorate.spi.coordination.CoordinationException;
import org.quorate.spi.coordination.CoordinationException.Code;
import org.quorate.spi.coordination.Inventory;

/**
 * Takes an inventory in: entries one after the other, so what is there is always its beginning. Done
 * anew it begins anew. On the coordinator's thread.
 */
final class Intake {
  private final Core core;
  private final Inventory inventory;

  Intake(Core core, Inventory inventory) {
    this.core = core;
    this.inventory = inventory;
  }

  CompletionStage<Void> run() {
    Iterator<Inventory> parts = Parts.of(inventory).iterator();
    return begin()
        .thenCompose(begun -> next(parts))
        .thenCompose(all -> append(new Command.TakeEnd()));
  }

  /** What is sealed is opened by the entry that says that it is being taken in. */
  private CompletionStage<Void> begin() {
    Command.TakeBegin begin = new Command.TakeBegin(inventory.highest());
    return core.outbox()
        .head(core.requestMs())
        .thenCompose(head -> head.sealed() == null ? append(begin) : open(begin));
  }

  private CompletionStage<Void> open(Command.TakeBegin begin) {
    if (!core.replica().machine().inventory().isEmpty()) {
      throw new CoordinationException(
          Code.INVALID, "what is kept here is sealed, and was not retired: choose another place");
    }
    return core.outbox()
        .seal(null, begin, core.requestMs())
        .thenCompose(
            done -> {
              if (!done) {
                throw new CoordinationException(
                    Code.UNAVAILABLE, "somebody else changed the seal at the same time: try again");
              }
              return append(begin);
            });
  }

  private CompletionStage<Void> next(Iterator<Inventory> parts) {
    return parts.hasNext()
        ? append(new Command.TakePart(parts.next())).thenCompose(done -> next(parts))
        : CompletableFuture.completedFuture(null);
  }

  private CompletionStage<Void> append(Command command) {
    return core.<Boolean>submit(command, core.requestMs()).thenAccept(done -> {});
  }
}
