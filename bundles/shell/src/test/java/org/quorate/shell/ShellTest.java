package org.quorate.shell;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.PrintStream;
import java.net.InetAddress;
import java.net.Socket;
import java.net.SocketException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.apache.felix.gogo.runtime.CommandProcessorImpl;
import org.apache.felix.gogo.runtime.threadio.ThreadIOImpl;
import org.apache.felix.service.command.CommandSession;
import org.apache.felix.service.command.Converter;
import org.apache.felix.service.command.Function;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.osgi.framework.BundleContext;
import org.osgi.framework.Constants;
import org.osgi.framework.launch.Framework;
import org.quorate.management.EventLog;
import org.quorate.management.Json;
import org.quorate.management.ManagedNode;
import org.quorate.management.Operations;
import org.quorate.runtime.config.ConfigReader;
import org.quorate.runtime.config.NodeConfig;
import org.quorate.runtime.config.NodeParameters;
import org.quorate.runtime.node.QuorateNode;
import org.quorate.runtime.node.Services;
import org.quorate.tck.net.FreePorts;

/** Types text into a Gogo session of a node and looks at what it prints. */
class ShellTest {
  @TempDir Path directory;
  private QuorateNode node;
  private ThreadIOImpl threadIo;
  private CommandProcessorImpl processor;
  private Map<String, NounCommand> commands;

  @BeforeEach
  void start() throws Exception {
    List<Integer> ports = FreePorts.take(2);
    String text =
        """
        node: {id: n1}
        cluster: {name: test}
        listen: {peer: "127.0.0.1:%d", client: "127.0.0.1:%d"}
        """
            .formatted(ports.get(0), ports.get(1));
    NodeConfig config =
        ConfigReader.parse("node.yaml", text, NodeParameters.all()).withDataDir(directory);
    node = new QuorateNode(config, new Services(), (why, cause) -> {});
    node.start();
    EventLog events = new EventLog(node.control(), event -> {});
    commands =
        NounCommand.all(Operations.table(), new ManagedNode(node.control(), events, () -> {}));
    threadIo = new ThreadIOImpl();
    threadIo.start();
    processor = new CommandProcessorImpl(threadIo);
    processor.addConverter(new AnswerConverter());
    commands.forEach((name, command) -> processor.addCommand("quorate", command, name));
    processor.addCommand("quorate", new HelpCommand(commands), "help");
  }

  @AfterEach
  void stop() {
    processor.stop();
    threadIo.stop();
    node.close();
  }

  private String type(String line) throws Exception {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    PrintStream out = new PrintStream(bytes, true, StandardCharsets.UTF_8);
    try (CommandSession session =
        processor.createSession(InputStream.nullInputStream(), out, out)) {
      Object result = session.execute(line);
      if (result != null) {
        out.println(session.format(result, Converter.INSPECT));
      }
    }
    return bytes.toString(StandardCharsets.UTF_8);
  }

  @Test
  void tablesAreTyped() throws Exception {
    assertEquals("(none)\n", type("quorate:groups"));
    String nodes = type("quorate:nodes");
    assertTrue(nodes.matches("(?s)NODE +STATE +PEER ADDRESS.*\nn1 +SELF .*\n"), nodes);
    assertEquals(nodes, type("quorate:node list"));
    assertTrue(type("quorate:health").startsWith("HEALTHY  true\nNODE     n1\n"));
  }

  @Test
  void argumentsAndOptionsAreTaken() throws Exception {
    String set = type("quorate:config set client.idle.ms 61000");
    assertTrue(set.contains("VALUE        61000\n"), set);
    String changed = type("quorate:config list --changed");
    assertEquals(2, changed.lines().count(), changed);
    String events = type("events --limit 1");
    assertTrue(events.contains("config.changed"), events);
  }

  @Test
  void failuresSayWhatToDo() {
    fails("quorate:group show nope", "no group 'nope' on this node; next: group list shows");
    fails("quorate:group show", "'group' is missing");
    fails("quorate:group vanish", "one of: abort, bootstrap, checkpoint, create");
    fails("quorate:config set client.idle.ms 1", "1000");
    fails("quorate:kv put a b c", "usage: kv put <key> <value>");
  }

  private void fails(String line, String part) {
    Exception e = assertThrows(IllegalArgumentException.class, () -> type(line));
    assertTrue(e.getMessage().contains(part), e.getMessage());
  }

  @Test
  void helpTellsHowToType() throws Exception {
    String help = type("quorate:help");
    assertTrue(help.contains("quorate:kv put"), help);
    assertTrue(help.contains("quorate:why"), help);
    String kv = type("quorate:help kv");
    assertTrue(kv.contains("quorate:kv put <key> <value> [--group <group>]"), kv);
    assertTrue(kv.contains("for example: quorate:kv put colour green"), kv);
    assertEquals(type("quorate:help why"), type("quorate:why --help"));
  }

  @Test
  void theShellIsReachedOverItsPort() throws Exception {
    Path file = directory.resolve(ShellServer.FILE);
    try (ShellServer server = new ShellServer(directory, processor, commands)) {
      assertEquals(
          PosixFilePermissions.fromString("rw-------"), Files.getPosixFilePermissions(file));
      JsonNode access = Json.parse(Files.readString(file));
      try (Remote remote = new Remote(access.path("port").asInt())) {
        remote.send(access.path("token").asText());
        assertEquals("0 (none)\n", remote.ask("run quorate:groups"));
        assertEquals("0 (none)\n", remote.ask("run groups"));
        assertTrue(remote.ask("run quorate:group show x").startsWith("1 error: no group 'x'"));
        assertTrue(remote.ask("run no-such-command").startsWith("1 error: "));
        assertEquals("0 quorate:group\nquorate:groups\n", remote.ask("complete quorate:gr"));
        assertEquals("0 put\n", remote.ask("complete quorate:kv pu"));
        assertEquals("0 n1\n", remote.ask("complete quorate:group transfer main n"));
        assertEquals("0 client.idle.ms\n", remote.ask("complete quorate:config get client.id"));
        assertEquals("0 local\n", remote.ask("complete quorate:kv get a --level lo"));
        assertEquals("0 demote\ndesync\n", remote.ask("complete quorate:group members main d"));
        assertEquals("0 --prefix\n--previous\n", remote.ask("complete quorate:kv delete a --pre"));
      }
      try (Remote stranger = new Remote(access.path("port").asInt())) {
        stranger.send("0".repeat(64));
        assertEquals(-1, stranger.socket.getInputStream().read());
      }
    }
    assertFalse(Files.exists(file));
  }

  @Test
  void whoShowsNoTokenKeepsNoSession() throws Exception {
    try (ShellServer server = new ShellServer(directory, processor, commands)) {
      JsonNode access = Json.parse(Files.readString(directory.resolve(ShellServer.FILE)));
      int port = access.path("port").asInt();
      SplittableRandom random = new SplittableRandom(5);
      for (int round = 0; round < 20; round++) {
        byte[] noise = new byte[random.nextInt(1, 4000)];
        random.nextBytes(noise);
        try (Remote stranger = new Remote(port)) {
          stranger.socket.getOutputStream().write(noise);
          stranger.socket.shutdownOutput();
          assertEquals(-1, stranger.in.read());
        } catch (SocketException reset) {
          // Closed, with something unread.
        }
      }
      List<Remote> slow = new ArrayList<>();
      for (int i = 0; i < 16; i++) {
        slow.add(new Remote(port));
      }
      while (!slow.isEmpty()) {
        for (Remote one : List.copyOf(slow)) {
          try {
            one.socket.getOutputStream().write('x');
          } catch (SocketException closed) {
            one.close();
            slow.remove(one);
          }
        }
        LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(200));
      }
      try (Remote remote = new Remote(port)) {
        remote.send(access.path("token").asText());
        assertEquals("0 (none)\n", remote.ask("run groups"));
      }
    }
  }

  /** In a framework: nobody would take back what a component that is not there has offered. */
  @Test
  void aShellThatCannotOpenOffersNoCommands() throws Exception {
    Path inTheWay = Files.createDirectories(directory.resolve(ShellServer.FILE + ".part/x"));
    Framework framework =
        new org.apache.felix.framework.FrameworkFactory()
            .newFramework(
                Map.of(Constants.FRAMEWORK_STORAGE, directory.resolve("cache").toString()));
    framework.start();
    try (EventLog events = new EventLog(node.control(), event -> {})) {
      BundleContext context = framework.getBundleContext();
      ManagedNode managed = new ManagedNode(node.control(), events, () -> {});
      assertThrows(IOException.class, () -> new ShellComponent(context, processor, managed).stop());
      assertNull(context.getServiceReference(Function.class), "a command of nobody");
      assertNull(context.getServiceReference(Converter.class));
      Files.delete(inTheWay);
      ShellComponent shell = new ShellComponent(context, processor, managed);
      assertNotNull(context.getServiceReference(Function.class));
      shell.stop();
      assertNull(context.getServiceReference(Function.class));
    } finally {
      framework.stop();
      framework.waitForStop(30_000);
    }
  }

  /** The other end of the shell's port. */
  private static final class Remote implements AutoCloseable {
    private final Socket socket;
    private final DataInputStream in;

    Remote(int port) throws IOException {
      socket = new Socket(InetAddress.getLoopbackAddress(), port);
      socket.setSoTimeout(20_000);
      in = new DataInputStream(socket.getInputStream());
    }

    void send(String line) throws IOException {
      socket.getOutputStream().write((line + "\n").getBytes(StandardCharsets.UTF_8));
    }

    String ask(String line) throws IOException {
      send(line);
      StringBuilder out = new StringBuilder();
      int length;
      while ((length = in.readInt()) > 0) {
        out.append(new String(in.readNBytes(length), StandardCharsets.UTF_8));
      }
      return in.readByte() + " " + out;
    }

    @Override
    public void close() throws IOException {
      socket.close();
    }
  }
}
