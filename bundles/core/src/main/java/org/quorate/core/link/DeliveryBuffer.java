package org.quorate.core.link;

import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import org.quorate.api.Bytes;
import org.quorate.spi.consensus.Delivery;

/** Holds what a step decided until the step has ended, in order; reused without allocation. */
final class DeliveryBuffer {
  private final List<Object> items = new ArrayList<>();
  private long[] inners = new long[64];
  private int indexes;

  private void inner(long inner) {
    if (indexes == inners.length) {
      inners = java.util.Arrays.copyOf(inners, indexes * 2);
    }
    inners[indexes++] = inner;
  }

  void deliver(long inner, Bytes payload) {
    items.add(payload);
    inner(inner);
  }

  void decided(long inner) {
    items.add(null);
    inner(inner);
  }

  void add(Consumer<Delivery> call) {
    items.add(call);
  }

  @SuppressWarnings("unchecked")
  void drainTo(Delivery delivery) {
    int at = 0;
    for (int i = 0; i < items.size(); i++) {
      Object item = items.get(i);
      if (item instanceof Bytes payload) {
        delivery.deliver(inners[at++], payload);
      } else if (item == null) {
        delivery.decided(inners[at++]);
      } else {
        ((Consumer<Delivery>) item).accept(delivery);
      }
    }
    items.clear();
    indexes = 0;
  }
}
