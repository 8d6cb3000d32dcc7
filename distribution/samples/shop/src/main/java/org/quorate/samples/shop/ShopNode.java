package org.quorate.samples.shop;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
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
import org.quorate.spi.coordination.kit.LoopThread;
import org.quorate.spi.operations.OperationException;
import org.quorate.spi.operations.OperationSpec;

/**
 * A process of the shop: {@code NAME ADDRESS… [PARAMETER=VALUE…]}. It does what its standard input says,
 * line by line, and ends with it.
 */
public final class ShopNode {
  private static final long PAUSE_MS = 5;

  private final Operations operations;
  private final Shop shop;

  private ShopNode(Operations operations, Shop shop) {
    this.operations = operations;
    this.shop = shop;
  }

  /** Runs one. */
  public static void main(String[] args) throws IOException {
    int exit = 1;
    try {
      start(args).obey();
      exit = 0;
    } catch (RuntimeException e) {
      say("FAILED " + e.getMessage());
    } finally {
      Runtime.getRuntime().halt(exit); // whatever still runs is of no use without its input
    }
  }

  private static ShopNode start(String[] args) {
    if (args.length < 2) {
      throw new IllegalArgumentException("arguments: NAME ADDRESS… [PARAMETER=VALUE…]");
    }
    String name = args[0];
    List<String> addresses = new ArrayList<>();
    Map<String, String> parameters = new TreeMap<>();
    for (String arg : List.of(args).subList(1, args.length)) {
      int at = arg.indexOf('=');
      if (at < 0) {
        addresses.add(arg);
      } else {
        parameters.put(arg.substring(0, at), arg.substring(at + 1));
      }
    }
    var settings = OperationParameters.settings(parameters);
    QuorateClient client =
        QuorateClient.connect(ClientOptions.of(addresses.toArray(String[]::new)));
    String started = name + " " + ProcessHandle.current().pid();
    KvCoordinator coordinator =
        new KvCoordinator(
            client.group("default").access(),
            started,
            1,
            () -> client.shutdown().toCompletionStage());
    Database database = new Database(coordinator, started);
    Gate gate = new Gate();
    Shop shop = new Shop(name, database, gate, ShopNode::say);
    ExecutorService workers = Executors.newCachedThreadPool();
    Operations operations =
        new Operations(
            coordinator,
            Operators.ROOT,
            settings,
            new Self(name, "127.0.0.1/" + name),
            shop,
            new LoopThread("operations"),
            workers,
            (kind, text) -> say("EVENT " + kind + " " + text));
    workers.execute(() -> sell(shop, gate));
    operations.start();
    return new ShopNode(operations, shop);
  }

  private static synchronized void say(String line) {
    System.out.println(line);
  }

  /** One order after the other. */
  private static void sell(Shop shop, Gate gate) {
    try {
      while (true) {
        TimeUnit.MILLISECONDS.sleep(PAUSE_MS);
        gate.enter();
        try {
          shop.sell();
        } finally {
          gate.leave();
        }
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private void obey() throws IOException {
    BufferedReader lines =
        new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
    for (String line = lines.readLine(); line != null; line = lines.readLine()) {
      try {
        obey(line, line.strip().split(" ", 3));
      } catch (OperationException | IllegalArgumentException | IndexOutOfBoundsException e) {
        say("FAILED " + line + ": " + e.getMessage());
      }
    }
  }

  private void obey(String line, String[] words) {
    switch (words[0]) {
      case "" -> {
        // An empty line is nothing to do.
      }
      case "hold" -> shop.hold(words[1]);
      case "state" -> say(shop.state());
      default -> run(line, spec(words));
    }
  }

  private static OperationSpec spec(String[] words) {
    return switch (words[0]) {
      case "ddl" -> OperationSpec.ddl(words[1], "alter table " + words[1]);
      case "view" -> OperationSpec.createView(words[1], words[2]);
      case "drop" -> OperationSpec.dropView(words[1]);
      case "reload" -> OperationSpec.reload(Map.of("conf/db", words[1], "conf/user", words[2]));
      case "rollback" -> OperationSpec.rollback();
      case "cut" -> OperationSpec.cut();
      case "pause" -> OperationSpec.pause(List.of("a", "b"));
      case "resume" -> OperationSpec.resume(List.of("a", "b"));
      default -> throw new IllegalArgumentException("what is that?");
    };
  }

  private void run(String line, OperationSpec spec) {
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
