package org.quorate.cli.demo;

import com.fasterxml.jackson.databind.JsonNode;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import org.quorate.api.Bytes;
import org.quorate.cli.cluster.NodeApi;
import org.quorate.management.TextBytes;

/**
 * What one node holds after the load, read from its own replica.
 *
 * @param present records whose value is what was acknowledged last
 * @param counters sum of the counters
 */
record NodeCheck(String node, long present, long counters, long version, String stateHash) {
  private static final Duration PATIENCE = Duration.ofSeconds(30);
  private static final int PAGE = 5000;

  static NodeCheck of(NodeApi api, Ledger ledger, String prefix) throws InterruptedException {
    JsonNode group = api.call("group.show", Map.of("group", "default"), PATIENCE);
    long[] present = new long[1];
    scan(api, prefix, (key, value) -> present[0] += ledger.matches(key, value) ? 1 : 0);
    long[] sum = new long[1];
    scan(api, Counters.PREFIX, (key, value) -> sum[0] += Long.parseLong(value.utf8()));
    return new NodeCheck(
        api.node(),
        present[0],
        sum[0],
        group.path("version").asLong(),
        group.path("stateHash").asText());
  }

  private interface Entries {
    void on(Bytes key, Bytes value);
  }

  private static void scan(NodeApi api, String prefix, Entries entries)
      throws InterruptedException {
    Bytes end = Bytes.utf8(prefix).prefixEnd();
    String from = TextBytes.HEX.show(Bytes.utf8(prefix));
    boolean more = true;
    while (more) {
      Map<String, Object> arguments = new LinkedHashMap<>();
      arguments.put("level", "local");
      arguments.put("encoding", "hex");
      arguments.put("from", from);
      arguments.put("to", TextBytes.HEX.show(end));
      arguments.put("limit", PAGE);
      JsonNode page = api.call("kv.scan", arguments, PATIENCE);
      for (JsonNode entry : page.path("entries")) {
        TextBytes text = TextBytes.named(entry.path("encoding").asText("utf8"));
        Bytes key = text.read(entry.path("key").asText());
        entries.on(key, text.read(entry.path("value").asText()));
        from = TextBytes.HEX.show(key.concat(Bytes.wrap(new byte[1])));
      }
      more = page.path("more").asBoolean();
    }
  }
}
