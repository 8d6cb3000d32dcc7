package org.quorate.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.jar.Attributes;
import java.util.jar.JarOutputStream;
import java.util.jar.Manifest;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.quorate.cli.cluster.Distribution;
import org.quorate.cli.cluster.LocalCluster;
import org.quorate.cli.command.Root;
import org.quorate.management.Json;
import picocli.CommandLine;

class MainTest {
  @TempDir Path directory;
  private final ByteArrayOutputStream out = new ByteArrayOutputStream();
  private final ByteArrayOutputStream err = new ByteArrayOutputStream();
  private Terminal terminal;

  @BeforeEach
  void open() {
    terminal =
        new Terminal(
            new PrintStream(out, true, StandardCharsets.UTF_8),
            new PrintStream(err, true, StandardCharsets.UTF_8),
            false,
            directory);
  }

  private int run(String... words) {
    out.reset();
    err.reset();
    return Main.run(terminal, words);
  }

  private String err() {
    return err.toString(StandardCharsets.UTF_8);
  }

  @Test
  void everyCommandHasHelpWithAnExample() {
    check(new Root(terminal).tree());
  }

  @Test
  void everyCommandIsInTheManual() throws IOException {
    List<String> rows =
        Files.readAllLines(Path.of("..", "..", "docs", "operating", "cli.md")).stream()
            .filter(line -> line.startsWith("| `"))
            .toList();
    new Root(terminal)
        .tree()
        .getSubcommands()
        .forEach(
            (name, command) -> {
              assertTrue(mentioned(rows, ".*`" + name + "\\b.*"), name);
              for (String word : command.getSubcommands().keySet()) {
                String row = "\\| `" + name + " [^`]*\\b" + word + "\\b.*";
                assertTrue(mentioned(rows, row), name + " " + word);
              }
            });
  }

  private static boolean mentioned(List<String> rows, String pattern) {
    return rows.stream().anyMatch(row -> row.matches(pattern));
  }

  private static void check(CommandLine command) {
    String usage = command.getUsageMessage(CommandLine.Help.Ansi.OFF);
    String name = command.getCommandSpec().qualifiedName();
    assertTrue(usage.contains("--json"), name + " has no --json");
    assertTrue(usage.contains("--help"), name + " has no --help");
    String listed = command.getCommandSpec().usageMessage().description()[0];
    assertTrue(listed.endsWith("."), name + " is listed with half a sentence: " + listed);
    if (command.getSubcommands().isEmpty()) {
      assertTrue(usage.contains("Example"), name + " has no example");
    }
    command.getSubcommands().values().forEach(MainTest::check);
  }

  /** What was typed is all that is made, and is what it is among all commands. */
  @Test
  void aBranchIsAsInTheWholeTree() {
    CommandLine all = new Root(terminal).tree();
    for (String name : all.getSubcommands().keySet()) {
      CommandLine some = new Root(terminal).tree("--data", "status", "--json", name, "kv");
      assertEquals(Set.of(name), some.getSubcommands().keySet());
      same(all.getSubcommands().get(name), some.getSubcommands().get(name));
    }
    int count = all.getSubcommands().size();
    for (String word : List.of("nope", "--help", "--data=kv", "-?", "@kv")) {
      assertEquals(count, new Root(terminal).tree(word, "kv", "get").getSubcommands().size(), word);
    }
    assertEquals(count, new Root(terminal).tree().getSubcommands().size());
  }

  private static void same(CommandLine one, CommandLine other) {
    assertEquals(one.getUsageMessage(), other.getUsageMessage());
    assertEquals(one.getSubcommands().keySet(), other.getSubcommands().keySet());
    one.getSubcommands()
        .forEach((name, command) -> same(command, other.getSubcommands().get(name)));
  }

  @Test
  void wrongUsageIsExplained() {
    for (List<String> words :
        List.of(
            List.of("nope"),
            List.of("kv"),
            List.of("kv", "put", "a"),
            List.of("up", "--nodes", "many"),
            List.of("kv", "get", "a", "--encoding", "latin1"),
            List.of("kv", "get", "a", "--revision", "-4"),
            List.of("kv", "scan", "--limit", "-1"),
            List.of("kv", "watch", "--count", "-1"),
            List.of("kv", "get", "a", "--timeout", "0"),
            List.of("--cluster", "nothing.yaml", "status"))) {
      assertEquals(ExitCode.USAGE, run(words.toArray(String[]::new)), words.toString());
      assertTrue(err().startsWith("error: "), err());
      assertTrue(err().contains("\nnext:  "), err());
    }
    assertEquals(ExitCode.USAGE, run("bench", "--swaps", "-1"));
    assertEquals(ExitCode.USAGE, run("bench", "--coord", "--swaps", "-1"));
    assertEquals(ExitCode.USAGE, run("bench", "--join", "-1"));
    assertEquals(ExitCode.USAGE, run("bench", "--workload", "nope"));
    assertTrue(err().contains("'nope' is none of disjoint, counter, bank, list-append"), err());
  }

  @Test
  void withoutAClusterTheNextStepIsNamed() throws IOException {
    for (List<String> words :
        List.of(
            List.of("status"),
            List.of("down"),
            List.of("kv", "get", "a"),
            List.of("group", "list"),
            List.of("node", "kill", "n1"))) {
      assertEquals(ExitCode.UNREACHABLE, run(words.toArray(String[]::new)), words + err());
      assertTrue(err().contains("start one with 'quorate up'"), words + err());
    }
    assertEquals(ExitCode.UNREACHABLE, run("group", "list", "--json"));
    JsonNode error = Json.parse(err());
    assertEquals(ExitCode.UNREACHABLE, error.path("exitCode").asInt());
    assertTrue(error.path("error").asText().startsWith("no cluster in "), err());
  }

  /** Without a wait: a time to try in is for nodes that may come. */
  @Test
  void aClusterThatWasStoppedIsSaidToBe() {
    LocalCluster.Plan plan =
        new LocalCluster.Plan("local", 3, 0, "raft", "mapdb", "journal", List.of());
    new LocalCluster(directory.resolve("data"), (Distribution) null).create(plan);
    assertEquals(ExitCode.UNREACHABLE, run("kv", "get", "a", "--timeout", "100000"));
    assertTrue(err().startsWith("error: no node of the cluster in "), err());
  }

  @Test
  void aStrategyThatIsNotInTheDistributionIsRefusedBeforeAnythingIsWritten() throws IOException {
    Path bundles = Files.createDirectories(directory.resolve("distribution/target/quorate/bundle"));
    Files.writeString(bundles.resolveSibling("VERSION"), "1");
    Manifest manifest = new Manifest();
    manifest.getMainAttributes().put(Attributes.Name.MANIFEST_VERSION, "1.0");
    manifest
        .getMainAttributes()
        .putValue(
            "Provide-Capability",
            "org.quorate.plugin;format:Long=1;name=disk;plugin=storage,"
                + "org.quorate.plugin;name=mine;plugin=strategy;wire.max:Long=1,osgi.service");
    new JarOutputStream(Files.newOutputStream(bundles.resolve("mine.jar")), manifest).close();
    assertEquals(ExitCode.USAGE, run("up", "--strategy", "nope"));
    assertTrue(err().contains("no bundle of the distribution provides strategy 'nope'"), err());
    assertTrue(err().contains("choose one of mine\n"), err());
    assertEquals(ExitCode.USAGE, run("up", "--strategy", "mine", "--storage", "mine"));
    assertTrue(err().contains("choose one of disk\n"), err());
    assertFalse(Files.exists(directory.resolve("data")));
  }

  @Test
  void aFileThatOffersNoStrategyIsNotSimulated() throws IOException {
    Files.writeString(directory.resolve("text.jar"), "text");
    assertEquals(ExitCode.USAGE, run("sim", "--jar", "text.jar"));
    assertTrue(err().contains("text.jar is no jar"), err());
    new JarOutputStream(Files.newOutputStream(directory.resolve("empty.jar")), new Manifest())
        .close();
    assertEquals(ExitCode.USAGE, run("sim", "--jar", "empty.jar"));
    assertTrue(err().contains("empty.jar offers no strategy"), err());
  }

  /** Not: it does the same to the cluster that happens to be in this folder. */
  @Test
  void whatIsAboutProcessesTakesNoOtherCluster() throws IOException {
    Files.writeString(
        directory.resolve("prod.yaml"),
        "nodes: [{name: n1, client: \"127.0.0.1:1\", http: \"127.0.0.1:1\"}]");
    for (List<String> words :
        List.of(List.of("doctor"), List.of("down"), List.of("node", "list"), List.of("up"))) {
      List<String> all = new ArrayList<>(List.of("--cluster", "prod.yaml"));
      all.addAll(words);
      assertEquals(ExitCode.USAGE, run(all.toArray(String[]::new)), words + err());
      assertTrue(err().contains("takes no --cluster"), err());
    }
  }

  @Test
  void aBrokenClusterFileIsNamed() throws IOException {
    Files.createDirectories(directory.resolve("data"));
    Path file = directory.resolve("data/cluster.json");
    Files.writeString(file, "{\"format\": 1, \"nodes\": 7}");
    assertEquals(ExitCode.FAILED, run("group", "list"));
    assertTrue(err().contains(file.toString()), err());
    Files.writeString(file, "{\"format\": 99}");
    assertEquals(ExitCode.FAILED, run("group", "list"));
    assertTrue(err().contains("is of format 99"), err());
  }

  @Test
  void loadingWhatIsNotThereIsRefused() {
    assertEquals(ExitCode.USAGE, run("kv", "load", "nothing.csv"));
    assertTrue(err().contains("no readable file"), err());
  }

  @Test
  void anotherClusterThanTheOneThatIsThereIsRefused() {
    LocalCluster.Plan plan =
        new LocalCluster.Plan("local", 3, 0, "raft", "mapdb", "journal", List.of());
    new LocalCluster(directory.resolve("data"), (Distribution) null).create(plan);
    for (List<String> words :
        List.of(
            List.of("--nodes", "5"),
            List.of("--name", "other"),
            List.of("--port", "1024"),
            List.of("--java-option", "-Xmx2g"),
            List.of("--strategy", "certify"),
            List.of("--storage", "memory"),
            List.of("--log", "memory"))) {
      List<String> all = new ArrayList<>(words);
      all.add(0, "up");
      assertEquals(ExitCode.USAGE, run(all.toArray(String[]::new)), words + err());
      assertTrue(err().contains("was made with " + words.get(0)), err());
    }
    // The next thing it wants is a distribution, which is not there.
    assertEquals(ExitCode.FAILED, run("up", "--nodes", "3", "--strategy", "raft"), err());
  }

  @Test
  void anExportThatFailsLeavesAnEarlierOneAsItWas() throws IOException {
    Path earlier = Files.writeString(directory.resolve("all.ndjson"), "earlier");
    String nobody = "nodes: [{name: n1, client: \"127.0.0.1:1\", http: \"127.0.0.1:1\"}]";
    Files.writeString(directory.resolve("nobody.yaml"), nobody);
    String[] export = {
      "kv", "export", "--output", earlier.toString(), "--cluster", "nobody.yaml", "--timeout", "1"
    };
    assertEquals(ExitCode.UNREACHABLE, run(export), err());
    assertEquals("earlier", Files.readString(earlier));
    assertFalse(Files.exists(directory.resolve("all.ndjson.part")));
    export[3] = directory.resolve("no/such/folder/all.ndjson").toString();
    assertEquals(ExitCode.FAILED, run(export));
    assertTrue(err().contains("there is no such file or folder"), err());
  }

  @Test
  void theCompletionScriptKnowsTheCommands() {
    assertEquals(ExitCode.OK, run("completion"));
    String script = out.toString(StandardCharsets.UTF_8);
    assertTrue(script.contains("picocli_quorate_kv_load"), "no kv load");
    assertTrue(script.contains("picocli_quorate_group_transfer"), "no group transfer");
  }
}
