package org.quorate.assembly.osgi;

import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.osgi.framework.Bundle;
import org.osgi.framework.wiring.BundleRevision;

/**
 * What a bundle's manifest says of a plug-in in it: {@code Provide-Capability:
 * org.quorate.plugin;plugin=strategy;name=raft;wire.min:Long=1;wire.max:Long=1}, or {@code
 * plugin=storage;name=mapdb;format:Long=1}. So it can be judged without running it.
 *
 * @param kind strategy, storage, log or state
 * @param format of the data it writes; it reads all up to that; 0 if it writes none
 */
record Plugin(String kind, String name, long wireMin, long wireMax, long format) {
  private static final String NAMESPACE = "org.quorate.plugin";

  static List<Plugin> of(Bundle bundle) {
    return bundle.adapt(BundleRevision.class).getDeclaredCapabilities(NAMESPACE).stream()
        .map(c -> of(c.getAttributes()))
        .toList();
  }

  private static Plugin of(Map<String, Object> attributes) {
    return new Plugin(
        String.valueOf(attributes.get("plugin")),
        String.valueOf(attributes.get("name")),
        number(attributes, "wire.min"),
        number(attributes, "wire.max"),
        number(attributes, "format"));
  }

  private static long number(Map<String, Object> attributes, String name) {
    return attributes.get(name) instanceof Long value ? value : 0;
  }

  /** Why these cannot take its place, or null. */
  String objection(List<Plugin> others) {
    String me = kind + " '" + name + "'";
    Plugin next =
        others.stream()
            .filter(o -> o.kind.equals(kind) && o.name.equals(name))
            .findFirst()
            .orElse(null);
    if (next == null) {
      return "nothing would provide " + me + " any more";
    }
    if (next.wireMin > wireMax || next.wireMax < wireMin) {
      return me
          + " speaks wire versions "
          + wireMin
          + " to "
          + wireMax
          + ", the new one "
          + next.wireMin
          + " to "
          + next.wireMax
          + ": nodes of both could not talk to each other";
    }
    if (next.format < format) {
      return me
          + " reads data of format "
          + next.format
          + " at most, the data here may be of format "
          + format;
    }
    return null;
  }

  /** Whether a bundle offers it as a service. */
  boolean isOffered(Bundle bundle) {
    var services = bundle.getRegisteredServices();
    return services != null
        && Arrays.stream(services).anyMatch(s -> name.equals(s.getProperty("quorate." + kind)));
  }

  @Override
  public String toString() {
    return kind + " '" + name + "'";
  }
}
