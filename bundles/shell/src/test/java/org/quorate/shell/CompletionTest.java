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

  private List<String> complete(String line) {
    return completion.candidates(line, Set.of());
  }

  @Test
  void groupsNodesAndKeysAreCompleted() throws Exception {
    assertTrue(type("quorate:kv put colour green").startsWith("REVISION"));
    type("quorate:kv put coast rocky");
    type("quorate:kv put other 1 --group orders");
    assertEquals(List.of("coast", "colour"), complete("quorate:kv get co"));
    assertEquals(List.of("colour"), complete("quorate:kv delete col"));
    assertEquals(List.of("other"), complete("quorate:kv get --group orders o"));
    assertEquals(List.of("coast", "colour"), complete("quorate:kv scan --prefix c"));
    assertEquals(List.of("default", "orders"), complete("quorate:group show "));
    assertEquals(List.of("orders"), complete("quorate:why o"));
    assertEquals(List.of("orders"), complete("quorate:kv get colour --group o"));
    assertEquals(List.of("n1"), complete("quorate:group transfer default "));
    assertEquals(List.of("client.idle.ms"), complete("quorate:config set client.idle"));
    assertEquals(List.of(), complete("quorate:kv get --group nowhere c"));
    String got = type("quorate:kv get colour");
    assertTrue(got.contains("green"), got);
    String show = type("quorate:group show orders");
    assertTrue(show.contains("kv.value.bytes"), show);
  }
}
