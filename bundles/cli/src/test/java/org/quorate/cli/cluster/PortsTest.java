package org.quorate.cli.cluster;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.BufferedReader;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.quorate.cli.CliException;

class PortsTest {
  @Test
  void freePortsAreDifferentAndNoneThatTheSystemGivesAway() {
    List<Integer> ports = Ports.choose(0, 12);
    assertEquals(12, new HashSet<>(ports).size());
    assertTrue(ports.stream().allMatch(port -> port < 32_768 && Ports.isFree(port)));
  }

  @Test
  void aPortThatIsTakenIsPassedOver() throws Exception {
    List<ServerSocket> held = new ArrayList<>();
    try {
      for (int port : Ports.choose(0, 300)) {
        held.add(new ServerSocket(port, 1, InetAddress.getLoopbackAddress()));
      }
      List<Integer> more = Ports.choose(0, 100);
      assertTrue(held.stream().noneMatch(socket -> more.contains(socket.getLocalPort())));
    } finally {
      for (ServerSocket socket : held) {
        socket.close();
      }
    }
  }

  @Test
  void aTakenPortIsNamedWithItsOwner() throws Exception {
    try (ServerSocket held = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      int port = held.getLocalPort();
      assertFalse(Ports.isFree(port));
      CliException e = assertThrows(CliException.class, () -> Ports.choose(port, 1));
      String self = "process " + ProcessHandle.current().pid();
      assertTrue(e.getMessage().startsWith("port " + port + " is in use"), e.getMessage());
      assertTrue(
          !java.nio.file.Files.exists(Path.of("/proc/net/tcp")) || e.getMessage().contains(self),
          e.getMessage());
    }
  }

  @Test
  void aRowOutsideOfWhatThereIsIsRefused() {
    assertThrows(CliException.class, () -> Ports.choose(80, 4));
    assertThrows(CliException.class, () -> Ports.choose(65_530, 12));
  }

  @Test
  void aProcessIsKnownByItsStartToo(@TempDir Path directory) {
    ProcessHandle self = ProcessHandle.current();
    long started = NodeProcess.startedAtMs(self);
    ClusterFile.NodeEntry node = new ClusterFile.NodeEntry("n1", 1, 2, 3, 4, self.pid(), started);
    assertTrue(NodeProcess.find(node).isPresent());
    assertTrue(NodeProcess.find(node.running(self.pid(), started - 60_000)).isEmpty());
    assertTrue(NodeProcess.find(node.running(0, 0)).isEmpty());
    ClusterFile file = new ClusterFile(ClusterFile.FORMAT, "c", List.of(node), List.of("-Xmx1g"));
    file.write(directory);
    assertEquals(file, ClusterFile.read(directory));
  }

  /** While a write of it takes long, say: its files and ports are its own until then. */
  @Test
  void aProcessWhoseFirstThreadIsDoneRunsUntilItsLastOneIs() {
    String stat = "77 (ja (va) Z) %s 1 77 77 0 -1 4227084 0 0 0 0 5 1 0 0 20 0 %d 0 29466 0 0";
    assertFalse(NodeProcess.isOver(stat.formatted("S", 30)));
    assertFalse(NodeProcess.isOver(stat.formatted("Z", 2)));
    assertTrue(NodeProcess.isOver(stat.formatted("Z", 1)));
  }

  /** Its parent never asks for its end, as in a container whose first process is no init. */
  @Test
  void aProcessThatHasEndedDoesNotRun() throws Exception {
    Process parent =
        new ProcessBuilder("sh", "-c", "sleep 300 & echo $!; exec sleep 300")
            .redirectError(ProcessBuilder.Redirect.DISCARD)
            .start();
    try (BufferedReader out = parent.inputReader()) {
      ProcessHandle child = ProcessHandle.of(Long.parseLong(out.readLine())).orElseThrow();
      ClusterFile.NodeEntry node = new ClusterFile.NodeEntry("n1", 1, 2, 3, 4, child.pid(), 0);
      assertTrue(NodeProcess.find(node).isPresent());
      assertFalse(NodeProcess.ended(child, Duration.ZERO));
      child.destroyForcibly();
      assertTrue(NodeProcess.ended(child, Duration.ofMinutes(1)));
      assertTrue(NodeProcess.find(node).isEmpty());
      assertEquals(node, NodeProcess.anyEnded(List.of(node), Duration.ZERO));
    } finally {
      parent.destroyForcibly().waitFor();
    }
  }
}
