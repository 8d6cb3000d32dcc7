package org.quorate.spi.coordination;

import java.util.concurrent.CompletionStage;
import org.osgi.annotation.versioning.ConsumerType;

/**
 * A coordinator whose keys, sessions and locks can go on at another provider, in these steps: seal the
 * source, take its inventory, {@link #take} it at the target, then {@link #retire} the source. Until the
 * target is used the way back is to retire the target and unseal the source. Threads and failures as in
 * {@link Coordinator}.
 */
@ConsumerType
public interface Movable extends Coordinator {
  /**
   * Lets no coordinator on these keys, in whichever process, change anything any more: what would is
   * refused as UNAVAILABLE, with the reason. Reads go on, and no session ends that its coordinator keeps
   * alive. Sealing anew changes the reason.
   *
   * @param reason shown to people, up to {@link CoordinationLimits#PURPOSE_BYTES}
   * @return false if somebody else changed the seal at the same time: try again
   */
  CompletionStage<Boolean> seal(String reason);

  /** Lets changes happen again; the result is as that of {@link #seal}. */
  CompletionStage<Boolean> unseal();

  /** All that is kept; of what is not sealed, as it is at one revision between call and answer. */
  CompletionStage<Inventory> inventory();

  /**
   * Takes in what another provider kept, opens it for changes and starts every TTL anew. Sessions have
   * the ids and secrets they had, claims their tokens and places in line, keys their revisions and
   * versions. What comes after has higher revisions, ids and tokens than all there was. Until it is done
   * everything else here is refused as UNAVAILABLE.
   *
   * @return fails with INVALID unless nothing is kept here, or only what a {@code take} that did not end
   *     has left; with UNSUPPORTED if the provider cannot
   */
  CompletionStage<Void> take(Inventory inventory);

  /** Forgets all that is kept here and seals it in the same step: it has gone on elsewhere. */
  CompletionStage<Boolean> retire(String reason);
}
