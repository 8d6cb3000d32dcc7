package org.quorate.itest;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.lang.reflect.Proxy;
import java.util.Hashtable;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.osgi.framework.Bundle;
import org.quorate.client.QuorateClient;

/**
 * An operator swaps the strategy from the shell of a running framework: what is typed goes into a
 * Gogo session, and what that prints is checked.
 */
class SwapShellIT {
  private static final String STRATEGY = "org.quorate.spi.consensus.ConsensusStrategy";

  private final OneNode node = new OneNode("[{name: main}]", "{journal.segment.bytes: 1048576}");

  @RegisterExtension final FelixContainer felix = node.container();

  @BeforeEach
  void bootstrap() throws Exception {
    try (QuorateClient client = node.connect()) {
      assertEquals(List.of("main"), OneNode.bootstrap(client));
    }
    felix.awaitTyped("quorate:group list", "leader");
  }

  /** The lines of a table as lists of words, the header first. */
  private static List<List<String>> table(String printed) {
    return printed
        .strip()
        .lines()
        .map(line -> List.of(line.strip().split("\\s{2,}|(?<=\\S) (?=\\S)")))
        .toList();
  }

  @Test
  void aSwapIsTriedDoneAndShown() throws Exception {
    String tried = felix.type("quorate:group swap main certify --dry-run");
    assertTrue(tried.contains("planned") && tried.contains("certify"), tried);
    assertTrue(tried.contains("n1"), tried);
    assertFalse(felix.type("quorate:group swaps main").contains("certify"), "only a dry run");

    String swapped = felix.type("quorate:group swap main certify --wait");
    assertTrue(swapped.contains("raft") && swapped.contains("certify"), swapped);
    assertTrue(swapped.contains("switched") || swapped.contains("done"), swapped);
    String shown = felix.type("quorate:group show main");
    assertTrue(shown.contains("certify"), shown);

    String history = felix.awaitTyped("quorate:group swaps main", "done");
    List<List<String>> rows = table(history);
    assertEquals(2, rows.size(), history);
    assertTrue(history.contains("PHASE") && history.contains("PAUSE MS"), history);

    String back = felix.type("quorate:group swap main raft --wait");
    assertTrue(back.contains("switched") || back.contains("done"), back);
    history = felix.awaitTyped("quorate:group swaps main", "done");
    assertEquals(3, table(history).size(), history);
  }

  @Test
  void aSwapThatCannotBeIsRefusedWithItsReasons() throws Exception {
    String unknown = felix.type("quorate:group swap main nonesuch");
    assertTrue(unknown.contains("failed: ") && unknown.contains("'nonesuch'"), unknown);
    assertTrue(unknown.contains("n1"), unknown);

    felix.installed("org.quorate.consensus.certify").stop(Bundle.STOP_TRANSIENT);
    String missing = felix.awaitTyped("quorate:group swap main certify --dry-run", "failed: ");
    assertTrue(missing.contains("n1"), missing);
    assertTrue(missing.contains("strategy 'certify'"), missing);
    assertTrue(missing.contains("bundle"), missing);
    felix.installed("org.quorate.consensus.certify").start();
    felix.awaitTyped("quorate:group swap main certify --dry-run", "planned");

    String option = felix.type("quorate:group swap main certify --options raft.election.ms=1");
    assertTrue(option.contains("failed: ") && option.contains("raft.election.ms"), option);
    String none = felix.type("quorate:group swap nowhere certify");
    assertTrue(none.contains("no group 'nowhere'"), none);
    String word = felix.type("quorate:group swap main certify --whatever");
    assertTrue(word.contains("failed: ") && word.contains("--whatever"), word);
    assertTrue(felix.type("quorate:group show main").contains("raft"));
  }

  @Test
  void aSwapToATargetThatDecidesNothingIsGivenUp() throws Exception {
    String nothing = felix.type("quorate:group abort main");
    assertTrue(nothing.contains("no swap is under way"), nothing);

    registerMute();
    felix.awaitTyped("quorate:group swap main mute --dry-run", "planned");
    String begun = felix.type("quorate:group swap main mute");
    assertTrue(begun.contains("warming"), begun);
    assertTrue(felix.type("quorate:group show main").contains("to mute"));
    String second = felix.type("quorate:group swap main certify");
    assertTrue(second.contains("failed: ") && second.contains("under way"), second);

    felix.type("quorate:group abort main");
    String history = felix.awaitTyped("quorate:group swaps main", "aborted");
    assertTrue(history.contains("by an operator"), history);
    assertTrue(felix.type("quorate:group show main").contains("raft"));
    String swapped = felix.type("quorate:group swap main certify --wait");
    assertTrue(swapped.contains("switched") || swapped.contains("done"), swapped);
  }

  /** A strategy whose links open and never decide anything; its types are the framework's. */
  private void registerMute() throws Exception {
    Bundle spi = felix.installed("org.quorate.spi");
    Class<?> strategy = spi.loadClass(STRATEGY);
    Class<?> loglet = spi.loadClass("org.quorate.spi.consensus.Loglet");
    Class<?> status = spi.loadClass("org.quorate.spi.consensus.LinkStatus");
    Object traits = strategy.getMethod("traits").invoke(felix.service(STRATEGY));
    Class<?> context = spi.loadClass("org.quorate.spi.consensus.LinkContext");
    Object mute =
        Proxy.newProxyInstance(
            strategy.getClassLoader(),
            new Class<?>[] {strategy},
            (self, method, arguments) ->
                switch (method.getName()) {
                  case "name", "toString" -> "mute";
                  case "traits" -> traits;
                  case "hashCode" -> System.identityHashCode(self);
                  case "equals" -> self == arguments[0];
                  default -> {
                    Object members = context.getMethod("genesis").invoke(arguments[0]);
                    yield Proxy.newProxyInstance(
                        loglet.getClassLoader(),
                        new Class<?>[] {loglet},
                        (link, call, none) ->
                            call.getName().equals("status")
                                ? status.getDeclaredConstructors()[0].newInstance(
                                    "mute", null, false, false, 0L, 0L, 0L, members, null, Map.of())
                                : null);
                  }
                });
    spi.getBundleContext()
        .registerService(STRATEGY, mute, new Hashtable<>(Map.of("quorate.strategy", "mute")));
  }
}
