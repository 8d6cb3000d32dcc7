package org.quorate.itest;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.vertx.core.json.JsonArray;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * What is handed out, unpacked elsewhere: its own launcher, a JDK and nothing of the repository or of
 * Maven. The archive is that of {@code -Ppackages}, or the assembly packed here the same way.
 */
class UnpackedDistributionIT {
  private static final int PATIENCE_S = 300;

  @TempDir Path directory;

  private String run(Path at, String... command) throws Exception {
    Path out = Files.createTempFile(directory, "run", ".out");
    Path err = Files.createTempFile(directory, "run", ".err");
    ProcessBuilder builder =
        new ProcessBuilder(command)
            .directory(at.toFile())
            .redirectOutput(out.toFile())
            .redirectError(err.toFile());
    builder.environment().clear();
    builder.environment().put("JAVA_HOME", System.getProperty("java.home"));
    builder.environment().put("PATH", withoutMaven());
    Process process = builder.start();
    if (!process.waitFor(PATIENCE_S, TimeUnit.SECONDS)) {
      process.destroyForcibly().waitFor();
      throw new AssertionError("no end of " + List.of(command));
    }
    assertEquals(0, process.exitValue(), () -> List.of(command) + ": " + text(out) + text(err));
    return Files.readString(out);
  }

  private static String text(Path file) {
    try {
      return Files.readString(file);
    } catch (IOException e) {
      throw new java.io.UncheckedIOException(e);
    }
  }

  /** A folder with links to the few programs that the launcher uses. */
  private String withoutMaven() throws IOException {
    Path bin = directory.resolve("bin");
    if (!Files.exists(bin)) {
      Files.createDirectory(bin);
      List<String> wanted = new ArrayList<>(List.of("bash", "env", "sed", "cat", "find", "mv"));
      wanted.addAll(List.of("rm", "head", "dirname", "readlink", "mkdir", "tar", "gzip"));
      for (String program : wanted) {
        for (String place : List.of("/usr/bin", "/bin")) {
          Path found = Path.of(place, program);
          if (Files.isExecutable(found) && !Files.exists(bin.resolve(program))) {
            Files.createSymbolicLink(bin.resolve(program), found);
          }
        }
      }
    }
    return bin.toString();
  }

  private Path archive(Path assembly) throws Exception {
    try (Stream<Path> files = Files.list(assembly.getParent())) {
      List<Path> packed = files.filter(f -> f.toString().endsWith(".tar.gz")).toList();
      if (!packed.isEmpty()
          && Files.getLastModifiedTime(packed.get(0))
                  .compareTo(Files.getLastModifiedTime(assembly.resolve("VERSION")))
              > 0) {
        return packed.get(0);
      }
    }
    Path made = directory.resolve("quorate.tar.gz");
    run(
        assembly.getParent(),
        "tar",
        "czf",
        made.toString(),
        "--exclude=*.jsa",
        assembly.getFileName().toString());
    return made;
  }

  @Test
  void theLauncherRunsAClusterWithoutRepositoryAndMaven() throws Exception {
    Path away = Files.createDirectory(directory.resolve("un packed"));
    run(away, "tar", "xzf", archive(Distribution.ofThisBuild().home()).toString());
    Path home;
    try (Stream<Path> files = Files.list(away)) {
      home = files.findFirst().orElseThrow();
    }
    String quorate = home.resolve("bin/quorate").toString();
    Path work = Files.createDirectory(directory.resolve("work"));
    assertTrue(run(work, quorate, "--version").startsWith("quorate "));
    try {
      JsonArray nodes =
          new JsonArray(run(work, quorate, "up", "--detach", "--json", "--timeout", "180"));
      assertEquals(3, nodes.size(), nodes.encode());
      run(work, quorate, "kv", "put", "colour", "green");
      assertEquals("green\n", run(work, quorate, "kv", "get", "colour"));
    } finally {
      run(work, quorate, "down");
    }
    assertTrue(Files.exists(work.resolve("data/cluster.json")), "the data is where it was called");
  }
}
