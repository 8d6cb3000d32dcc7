package org.quorate.core.storage;

/**
 * The durable word on which of two storages is the replica's: one of them at any time, and before
 * the other may hold anything it is noted as remains, to be deleted before it is used. Blocks; each
 * call is durable when it returns.
 */
public interface StorageMark {
  /** The storages that the move goes to are remains from now on. */
  void begin();

  /** The storages that the move goes to are the replica's, those it comes from are remains. */
  void switched();

  /** There are no remains any more. */
  void cleared();
}
