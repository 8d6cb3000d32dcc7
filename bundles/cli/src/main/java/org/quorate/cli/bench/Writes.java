package org.quorate.cli.bench;

import io.vertx.core.Future;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.ExecutionException;
import org.quorate.api.Bytes;
import org.quorate.api.Outcome;
import org.quorate.api.ReadLevel;
import org.quorate.api.ReadOutcome;
import org.quorate.api.kv.KvCommand;
import org.quorate.api.kv.KvQuery;
import org.quorate.cli.CliException;
import org.quorate.cli.ExitCode;
import org.quorate.client.ClientOptions;
import org.quorate.client.GroupClient;
import org.quorate.client.QuorateClient;

/** The load: puts by several clients, each with a session of its own, over 4,096 keys. */
final class Writes implements AutoCloseable {
  private static final int KEYS = 4096;

  private final List<QuorateClient> clients = new ArrayList<>();
  private final List<GroupClient> groups = new ArrayList<>();
  private final Bytes[] keys = new Bytes[KEYS];
  private final Bytes value;

  Writes(List<String> addresses, String group, int count, int valueBytes)
      throws InterruptedException {
    for (int i = 0; i < KEYS; i++) {
      keys[i] = Bytes.utf8(String.format("bench/%07d", i));
    }
    byte[] random = new byte[valueBytes];
    new Random(1).nextBytes(random);
    value = Bytes.wrap(random);
    ClientOptions options = ClientOptions.of(addresses.toArray(new String[0])).withName("bench");
    try {
      for (int i = 0; i < count; i++) {
        QuorateClient client = QuorateClient.connect(options);
        clients.add(client);
        groups.add(client.group(group));
        client.group(group).session().toCompletionStage().toCompletableFuture().get();
      }
    } catch (ExecutionException e) {
      close();
      throw new CliException(
          ExitCode.UNREACHABLE,
          "group " + group + " gives no session: " + e.getCause().getMessage(),
          "see 'quorate status'",
          e);
    }
  }

  /** One request and one reply per value. */
  Future<Boolean> put(int lane, long number) {
    return put(lane, keys[(int) ((lane * 31L + number) & (KEYS - 1))]);
  }

  /** The same to a key of its own. */
  Future<Boolean> put(int lane, Bytes key) {
    return groups
        .get(lane % groups.size())
        .propose(new KvCommand.Put(key, value, 0, false).encode())
        .map(outcome -> outcome instanceof Outcome.Committed);
  }

  /** The same way there and back without consensus: a local read of one key. */
  Future<Boolean> echo(int lane, long number) {
    Bytes key = keys[(int) ((lane * 31L + number) & (KEYS - 1))];
    return groups
        .get(lane % groups.size())
        .read(new KvQuery.Get(key, 0).encode(), ReadLevel.LOCAL)
        .map(outcome -> outcome instanceof ReadOutcome.Answered);
  }

  @Override
  public void close() {
    clients.forEach(QuorateClient::close);
  }
}
