package org.quorate.spi.coordination;

import java.util.concurrent.CompletionStage;
import org.osgi.annotation.versioning.ConsumerType;

/**
 * A coordinator whose keys, sessions and locks can go on at another provider, in these steps: seal the
 * source, take its inventory, {@link #take} it at the target, then {@link #retire} the source. A target that
 * was {@link #warm warmed} before the seal has only the difference to write under it. Until the target is
 * used the way back is to retire the target and unseal the source.
 *
 * <p>Whoever moves something holds a lock meanwhile, and says by its token who it is. The highest token is
 * remembered where the data is, in the same step as what is done with it: who comes with a lower one is
 * refused with LOCK_LOST, and nothing is done, also the rest of what it had begun. A request that was given
 * up and comes late does nothing either once another one has been done, by whomever. Threads and failures
 * as in {@link Coordinator}.
 */
@ConsumerType
public interface Movable extends Coordinator {
  /**
   * Lets no coordinator on these keys, in whichever process, change anything any more: what would is
   * refused as UNAVAILABLE, with the reason. Reads go on, and no session ends that its coordinator keeps
   * alive. Sealing anew changes the reason.
   *
   * @param reason shown to people, up to {@link CoordinationLimits#PURPOSE_BYTES}
   * @param by token of the lock that is held by who moves it
   * @return false if somebody else changed the seal at the same time: try again
   */
  CompletionStage<Boolean> seal(String reason, FencingToken by);

  /** Lets changes happen again; the result is as that of {@link #seal}. */
  CompletionStage<Boolean> unseal(FencingToken by);

  /** Who moved last what is kept here, and whether it is sealed or has gone: as of when this is called. */
  CompletionStage<Standing> standing();

  /** All that is kept; of what is not sealed, as it is at one revision between call and answer. */
  CompletionStage<Inventory> inventory();

  /**
   * Makes a copy of what another provider keeps, ahead of {@link #take}, and leaves it unopened: until
   * it is taken or {@link #retire retired} all that would change something here is refused as UNAVAILABLE.
   * Called again it writes only what differs from the copy. Sessions in it stay as long as this
   * coordinator is open.
   *
   * @return as that of {@code take}
   */
  CompletionStage<Void> warm(Inventory inventory, FencingToken by);

  /**
   * Takes in what another provider kept, opens it for changes and starts every TTL anew. Sessions have
   * the ids and secrets they had, claims their tokens and places in line, keys their revisions and
   * versions. What comes after has revisions, ids and tokens from {@link Inventory#start} on. It is there
   * whole or not at all; done anew it goes on with the copy that is there, as after {@link #warm}.
   *
   * @return fails with INVALID if something is kept here already, or if somebody else began to take
   *     something in meanwhile; with LOCK_LOST if that one has a higher token
   */
  CompletionStage<Void> take(Inventory inventory, FencingToken by);

  /**
   * Says of what is sealed that it is elsewhere now: reads are refused too from now on, as what would
   * change something is, by whichever coordinator. Watches and blocking queries end so, and sessions are
   * DETACHED: they can be resumed where all is. {@link #retire} says so too.
   *
   * @param reason as of {@link #seal}
   * @return as of {@link #seal}; false also if it is not sealed
   */
  CompletionStage<Boolean> leave(String reason, FencingToken by);

  /**
   * Whether nothing that this coordinator says can be from after all has gone on elsewhere: it looks at the
   * place itself, and refuses reads there. Of others that is known only to who follows the swaps.
   */
  default boolean vouches() {
    return false;
  }

  /**
   * Lets this coordinator read what was kept here, and tell changes up to the seal, also when all has gone on
   * elsewhere: for who goes along and has not told all of it yet.
   */
  void lookBack(boolean wanted);

  /**
   * Whether a key of a scope has changed since a revision, be it by a deletion; also if that cannot be told
   * any more. For who goes along and wants to know whether it has told all.
   */
  CompletionStage<Boolean> changedSince(Scope scope, long revision);

  /** Forgets all that is kept here and seals it in the same step: it has gone on elsewhere. */
  CompletionStage<Boolean> retire(String reason, FencingToken by);
}
