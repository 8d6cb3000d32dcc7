package org.quorate.core.state;

import java.util.List;
import org.quorate.api.Bytes;
import org.quorate.spi.storage.StateBatch;
import org.quorate.spi.storage.StateCursor;

/** Walks several layers as one: the first layer that has a key wins, deletions hide it. */
final class MergedCursor implements StateCursor {
  private final StateCursor[] layers;
  private final boolean[] live;
  private final boolean reverse;
  private Bytes key;
  private Bytes value;
  private boolean started;

  MergedCursor(List<StateCursor> layers, boolean reverse) {
    this.layers = layers.toArray(StateCursor[]::new);
    this.live = new boolean[this.layers.length];
    this.reverse = reverse;
  }

  @Override
  public boolean next() {
    if (!started) {
      started = true;
      for (int i = 0; i < layers.length; i++) {
        live[i] = layers[i].next();
      }
    }
    do {
      int winner = first();
      if (winner < 0) {
        return false;
      }
      key = layers[winner].key();
      value = layers[winner].value();
      for (int i = 0; i < layers.length; i++) {
        if (live[i] && layers[i].key().equals(key)) {
          live[i] = layers[i].next();
        }
      }
    } while (value == StateBatch.DELETED);
    return true;
  }

  private int first() {
    int winner = -1;
    for (int i = 0; i < layers.length; i++) {
      if (live[i]) {
        int order = winner < 0 ? -1 : layers[i].key().compareTo(layers[winner].key());
        if (winner < 0 || (reverse ? order > 0 : order < 0)) {
          winner = i;
        }
      }
    }
    return winner;
  }

  @Override
  public Bytes key() {
    return key;
  }

  @Override
  public Bytes value() {
    return value;
  }

  @Override
  public void close() {
    for (StateCursor layer : layers) {
      layer.close();
    }
  }
}
