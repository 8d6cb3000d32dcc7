package org.quorate.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
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

  private static void check(CommandLine command) {
    String usage = command.getUsageMessage(CommandLine.Help.Ansi.OFF);
    String name = command.getCommandSpec().qualifiedName();
    assertTrue(usage.contains("--json"), name + " has no --json");
    assertTrue(usage.contains("--help"), name + " has no --help");
    if (command.getSubcommands().isEmpty()) {
      assertTrue(usage.contains("Example"), name + " has no example");
    }
    command.getSubcommands().values().forEach(MainTest::check);
  }

  @Test
  void wrongUsageIsExplained() {
    for (List<String> words :
        List.of(
            List.of("nope"),
            List.of("kv"),
            List.of("kv", "put", "a"),
            List.of("up", "--nodes", "many"),
            List.of("kv", "get", "a", "--encoding", "latin1"))) {
      assertEquals(ExitCode.USAGE, run(words.toArray(String[]::new)), words.toString());
      assertTrue(err().startsWith("error: "), err());
      assertTrue(err().contains("\nnext:  "), err());
    }
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
  void theCompletionScriptKnowsTheCommands() {
    assertEquals(ExitCode.OK, run("completion"));
    String script = out.toString(StandardCharsets.UTF_8);
    assertTrue(script.contains("picocli_quorate_kv_load"), "no kv load");
    assertTrue(script.contains("picocli_quorate_group_transfer"), "no group transfer");
  }
}
