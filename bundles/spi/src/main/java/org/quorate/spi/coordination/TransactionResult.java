package org.quorate.spi.coordination;

import java.util.List;

/**
 * What became of a transaction.
 *
 * @param succeeded whether all conditions held, and {@link Op.SetValue} found its keys
 * @param revision the revision of its changes; if it did not succeed, one at which it did not
 * @param effects one for each operation, in order; empty if it did not succeed
 */
public record TransactionResult(boolean succeeded, long revision, List<Effect> effects) {
  public TransactionResult {
    effects = List.copyOf(effects);
  }

  /**
   * What an operation did.
   *
   * @param key the key it wrote, that of {@link Op.PutSequential} with its number; the path of a
   *     {@link Op.DeleteTree}
   * @param count keys it wrote or deleted: 0 for a deletion that found nothing
   */
  public record Effect(String key, long count) {}
}
