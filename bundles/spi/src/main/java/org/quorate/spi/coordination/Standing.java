package org.quorate.spi.coordination;

/**
 * What a place says of itself: see {@link Movable}.
 *
 * @param mover the highest token of who has moved something here, {@link #NOBODY} if nobody ever did
 * @param sealed why nothing may be changed, null if it may
 * @param left whether {@code sealed} says where all has gone on: nothing is read here either
 */
public record Standing(FencingToken mover, String sealed, boolean left) {
  /** Lower than all that are given. */
  public static final FencingToken NOBODY = new FencingToken(0, 0);
}
