package org.quorate.certify;

import java.util.AbstractMap;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

/** What only this strategy has to say of itself; worked out when it is read, not at every tick. */
final class CertifyDetails extends AbstractMap<String, String> {
  private final Certify certify;

  CertifyDetails(Certify certify) {
    this.certify = certify;
  }

  @Override
  public Set<Map.Entry<String, String>> entrySet() {
    return now().entrySet();
  }

  private Map<String, String> now() {
    Map<String, String> details = new TreeMap<>();
    details.put("component", certify.primary() ? "primary" : "non-primary");
    details.put("part", certify.role.word());
    details.put("view", certify.view().toString());
    details.put("durable", Long.toString(certify.disk.durable()));
    details.put("stable", Long.toString(certify.stable()));
    details.put("desync", certify.desynced() ? "1" : "0");
    details.put("lag.slots", Long.toString(certify.states.lag()));
    details.put("flow.credit", Long.toString(certify.flow.credit()));
    details.put("flow.slowest.lag", Long.toString(certify.flow.slowest()));
    details.put("log.first", Long.toString(certify.log.base() + 1));
    details.put("pending.bytes", Long.toString(certify.own.bytes()));
    details.put("pool.bytes", Long.toString(certify.pool.bytes()));
    if (certify.halted() != null) {
      details.put("halted", certify.halted());
    }
    if (certify.sequencing() != null) {
      for (Peer p : certify.peers.all()) {
        String lagging = certify.laggards.has(p.store) ? " lagging" : "";
        details.put("peer." + p.node, p + lagging);
      }
    }
    return details;
  }
}
