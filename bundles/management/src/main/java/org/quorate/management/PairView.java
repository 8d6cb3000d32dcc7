package org.quorate.management;

import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** A key of the configuration and its value. */
public record PairView(String key, String value) {
  static List<PairView> list(Map<String, String> pairs) {
    return new TreeMap<>(pairs)
        .entrySet().stream().map(e -> new PairView(e.getKey(), e.getValue())).toList();
  }
}
