package org.quorate.spi.operations;

import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * What a node has to know before it is online.
 *
 * @param everything whether it is to read all anew: it was not online before in this process, was
 *     away for longer than operations are remembered, or one of them could not be read
 * @param missed operations that were decided without it, in order
 * @param keys all keys below {@code conf/} and {@code view/} as they are now, without the root
 */
public record CatchUp(boolean everything, List<Operation> missed, Map<String, String> keys) {
  public CatchUp {
    missed = List.copyOf(missed);
    keys = Collections.unmodifiableMap(new TreeMap<>(keys));
  }
}
