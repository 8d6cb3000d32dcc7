package org.quorate.shell;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayOutputStream;
import java.io.InputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import org.apache.felix.gogo.runtime.CommandProcessorImpl;
import org.apache.felix.gogo.runtime.threadio.ThreadIOImpl;
import org.apache.felix.service.command.CommandSession;
import org.apache.felix.service.command.Converter;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.quorate.kv.KvStateMachineFactory;
import org.quorate.management.EventLog;
import org.quorate.management.ManagedNode;
import org.quorate.management.Operations;
import org.quorate.raft.RaftStrategy;
import org.quorate.runtime.config.ConfigReader;
import org.quorate.runtime.config.NodeParameters;
import org.quorate.runtime.node.QuorateNode;
import org.quorate.runtime.node.Services;
import org.quorate.storage.memory.MemoryLogStorage;
import org.quorate.storage.memory.MemoryStateStorage;
import org.quorate.tck.net.FreePorts;

/** Types at a node with serving groups: what it completes and what it prints. */
class CompletionTest {
  @TempDir Path directory;
  private QuorateNode node;
  private ThreadIOImpl threadIo;
  private CommandProcessorImpl processor;
  private Completion completion;

  @BeforeEach
  void start() throws Exception {
    String group = "strategy: raft, storage: memory, log: memory, options: {volatile: true}";
    List<Integer> ports = FreePorts.take(2);
    String text =
        """
        node: {id: n1}
        cluster: {name: test}
        listen: {peer: "127.0.0.1:%d", client: "127.0.0.1:%d"}
        groups: [{name: default, %s}, {name: orders, %s}]
        """
            .formatted(ports.get(0), ports.get(1), group, group);
    Services services = new Services();
    services.add(new RaftStrategy());
    services.add(new MemoryLogStorage());
    services.add(new MemoryStateStorage());
    services.add(new KvStateMachineFactory());
    node =
        new QuorateNode(
            ConfigReader.parse("node.yaml", text, NodeParameters.all())
                .withDataDir(Files.createDirectories(directory)),
            services,
            (why, cause) -> {});
    node.start();
    EventLog events = new EventLog(node.control(), event -> {});
    Map<String, NounCommand> commands =
        NounCommand.all(Operations.table(), new ManagedNode(node.control(), events, () -> {}));
    completion = new Completion(commands);
    threadIo = new ThreadIOImpl();
    threadIo.start();
    processor = new CommandProcessorImpl(threadIo);
    processor.addConverter(new AnswerConverter());
    commands.forEach((name, command) -> processor.addCommand("quorate", command, name));
    node.control().bootstrap().toCompletableFuture().get(30, TimeUnit.SECONDS);
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

  /** A node that is held up for long offers no keys: it is asked again then. */
  private void completes(List<String> wanted, String line) throws Exception {
    long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(30);
    List<String> offered = completion.candidates(line, Set.of());
    while (!offered.equals(wanted) && System.nanoTime() < end) {
      TimeUnit.MILLISECONDS.sleep(20);
      offered = completion.candidates(line, Set.of());
    }
    assertEquals(wanted, offered, line);
  }

  @Test
  void groupsNodesAndKeysAreCompleted() throws Exception {
    assertTrue(type("quorate:kv put colour green").startsWith("REVISION"));
    type("quorate:kv put coast rocky");
    type("quorate:kv put other 1 --group orders");
    completes(List.of("coast", "colour"), "quorate:kv get co");
    completes(List.of("colour"), "quorate:kv delete col");
    completes(List.of("other"), "quorate:kv get --group orders o");
    completes(List.of("coast", "colour"), "quorate:kv scan --prefix c");
    completes(List.of("default", "orders"), "quorate:group show ");
    completes(List.of("orders"), "quorate:why o");
    completes(List.of("orders"), "quorate:kv get colour --group o");
    completes(List.of("n1"), "quorate:group transfer default ");
    completes(List.of("client.idle.ms"), "quorate:config set client.idle");
    completes(List.of(), "quorate:kv get --group nowhere c");
    String got = type("quorate:kv get colour");
    assertTrue(got.contains("green"), got);
    String show = type("quorate:group show orders");
    assertTrue(show.contains("kv.value.bytes"), show);
  }
}
