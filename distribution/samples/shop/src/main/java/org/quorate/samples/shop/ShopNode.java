package org.quorate.samples.shop;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import org.quorate.client.ClientOptions;
import org.quorate.client.QuorateClient;
import org.quorate.coordinator.kv.KvCoordinator;
import org.quorate.operations.OperationParameters;
import org.quorate.operations.Operations;
import org.quorate.operations.Operators;
import org.quorate.operations.Self;
import org.quorate.spi.config.Options;
import org.quorate.spi.coordination.kit.LoopThread;
import org.quorate.spi.operations.OperationException;
import org.quorate.spi.operations.OperationSpec;

/** A process of the shop: {@code NAME ADDRESS…}. It does what its standard input says, line by line. */
public final class ShopNode {
  private static final Map<String, String> PARAMETERS =
      Map.of("op.hb.ms", "1000", "op.lease.ms", "20000");

  private static final long PAUSE_MS = 5;

  private final Operations operations;
  private final Shop shop;

  private ShopNode(Operations operations, Shop shop) {
    this.operations = operations;
    this.shop = shop;
  }

  /** Ends with its input. */
  public static void main(String[] args) throws IOException {
    String name = args[0];
    String[] addresses = Arrays.copyOfRange(args, 1, args.length);
    QuorateClient client = QuorateClient.connect(ClientOptions.of(addresses));
    KvCoordinator coordinator =
        new KvCoordinator(
            client.group("default").access(), name, 1, () -> client.shutdown().toCompletionStage());
    Database database = new Database(coordinator);
    Gate gate = new Gate();
    Shop shop = new Shop(name, database, gate, ShopNode::say);
    ExecutorService workers = Executors.newCachedThreadPool(ShopNode::daemon);
    Operations operations =
        new Operations(
            coordinator,
            Operators.ROOT,
            OperationParameters.settings(new Options(PARAMETERS)),
            new Self(name, "127.0.0.1/" + name),
            shop,
            new LoopThread("operations"),
            workers,
            (kind, text) -> say("EVENT " + kind + " " + text));
    workers.execute(() -> sell(name, database, gate));
    operations.start();
    new ShopNode(operations, shop).obey();
    System.exit(0);
  }

  private static Thread daemon(Runnable task) {
    Thread thread = new Thread(task, "shop");
    thread.setDaemon(true);
    return thread;
  }

  private static synchronized void say(String line) {
    System.out.println(line);
  }

  /** A session: its orders go to two shards, one after the other. Between, they are torn. */
  private static void sell(String name, Database database, Gate gate) {
    for (int number = 1; ; number++) {
      try {
        TimeUnit.MILLISECONDS.sleep(PAUSE_MS);
        gate.enter();
      } catch (InterruptedException e) {
        return;
      }
      try {
        database.order("a", name, number);
        database.order("b", name, number);
      } catch (IllegalStateException e) {
        say("EVENT order " + number + ": " + e.getMessage());
      } finally {
        gate.leave();
      }
    }
  }

  private void obey() throws IOException {
    BufferedReader lines =
        new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
    for (String line = lines.readLine(); line != null; line = lines.readLine()) {
      String[] words = line.split(" ", 3);
      switch (words[0]) {
        case "hold" -> shop.hold(words[1]);
        case "state" -> say(shop.state());
        default -> run(line, words);
      }
    }
  }

  private void run(String line, String[] words) {
    OperationSpec spec =
        switch (words[0]) {
          case "ddl" -> OperationSpec.ddl(words[1], "alter table " + words[1]);
          case "view" -> OperationSpec.createView(words[1], words[2]);
          case "drop" -> OperationSpec.dropView(words[1]);
          case "reload" -> OperationSpec.reload(Map.of("conf/db", words[1], "conf/user", words[2]));
          case "rollback" -> OperationSpec.rollback();
          case "cut" -> OperationSpec.cut();
          case "pause" -> OperationSpec.pause(List.of("a", "b"));
          case "resume" -> OperationSpec.resume(List.of("a", "b"));
          default -> throw new IllegalArgumentException(line);
        };
    operations
        .run(spec)
        .whenComplete(
            (done, e) -> {
              if (e == null) {
                say("DONE " + line + ": " + done.decision() + " " + done.reason() + done.result());
              } else if (e instanceof OperationException refused) {
                say("REFUSED " + line + ": " + refused.code() + " " + refused.getMessage());
              } else {
                say("REFUSED " + line + ": " + e);
              }
            });
  }
}
