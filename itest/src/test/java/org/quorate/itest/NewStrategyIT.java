package org.quorate.itest;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.File;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.jar.JarEntry;
import java.util.jar.JarOutputStream;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import javax.tools.ToolProvider;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.osgi.service.component.annotations.Component;

/**
 * What {@code quorate new strategy} writes: it compiles with nothing but what the distribution has
 * for authors, passes the simulator, and falls when it is broken on purpose.
 */
class NewStrategyIT {
  private static final int FOUND = 5; // org.quorate.cli.ExitCode.FINDINGS
  private static final int USAGE = 2;

  @TempDir static Path directory;
  private static Path project;
  private static Cli cli;

  @BeforeAll
  static void write() throws Exception {
    cli = new Cli(directory.resolve("data"));
    project = directory.resolve("mine");
    String[] words = {"new", "strategy", "mine", "--package", "com.example.mine", "--dir"};
    cli.ok(Stream.concat(Stream.of(words), Stream.of(project.toString())).toArray(String[]::new));
  }

  @Test
  void itPassesTheSimulatorAndGoesOverToRaftAndBack() throws Exception {
    Path jar = compiled("sound");
    String seeds = "1..20";
    cli.ok("sim", "--strategy", "mine", "--jar", jar.toString(), "--seeds", seeds);
    cli.ok(
        "sim",
        "--strategy",
        "mine",
        "--jar",
        jar.toString(),
        "--swap-to",
        "raft,certify",
        "--seeds",
        seeds);
  }

  @Test
  void brokenOnPurposeItFallsAndTheSeedSaysHowToSeeThat() throws Exception {
    Path strategy = project.resolve("src/main/java/com/example/mine/MineStrategy.java");
    String sound = Files.readString(strategy);
    Path jar;
    try {
      String broken = sound.replace("voters / 2 + 1", "Math.max(1, voters / 2)");
      assertTrue(!broken.equals(sound), sound);
      Files.writeString(strategy, broken);
      jar = compiled("broken");
    } finally {
      Files.writeString(strategy, sound);
    }
    Cli.Result fell =
        cli.run("sim", "--strategy", "mine", "--jar", jar.toString(), "--seeds", "1..50");
    assertEquals(FOUND, fell.exit(), fell.toString());
    Matcher replay = Pattern.compile("replay: \\./quorate sim (.*)").matcher(fell.err());
    assertTrue(replay.find(), fell.toString());
    List<String> words = new ArrayList<>(List.of("sim"));
    words.addAll(List.of(replay.group(1).split(" ")));
    Cli.Result again = cli.run(words.toArray(String[]::new));
    assertEquals(FOUND, again.exit(), again.err());
    assertTrue(again.out().contains("is leader"), "a trace: " + again.out());
  }

  @Test
  void whatIsWrongIsNamedAndNothingIsWritten() throws Exception {
    for (String name : List.of("raft", "My-Strategy", "class")) {
      Path to = directory.resolve("wrong");
      Cli.Result refused = cli.run("new", "strategy", name, "--dir", to.toString());
      assertEquals(USAGE, refused.exit(), refused.toString());
      assertTrue(!Files.exists(to), refused.toString());
    }
    Cli.Result there = cli.run("new", "strategy", "mine", "--dir", project.toString());
    assertEquals(USAGE, there.exit(), there.toString());
    assertTrue(there.err().contains("is there already"), there.err());
  }

  /** Its build is one of its own, but with the same tools as this one. */
  @Test
  void itsBuildHasTheVersionsOfThisOne() throws Exception {
    String build = Files.readString(project.resolve("pom.xml"));
    String ours = Files.readString(Path.of(System.getProperty("quorate.root"), "pom.xml"));
    Matcher plugin =
        Pattern.compile("<artifactId>([a-z-]+-plugin)</artifactId>\\s*<version>([^<]+)</version>")
            .matcher(build);
    int plugins = 0;
    while (plugin.find()) {
      plugins++;
      String version = plugin.group(2);
      boolean same =
          ours.contains("<bnd.version>" + version + "<")
              || Pattern.compile(plugin.group(1) + "</artifactId>\\s*<version>" + version + "<")
                  .matcher(ours)
                  .find();
      assertTrue(same, plugin.group(1) + " " + version);
    }
    assertEquals(5, plugins);
    assertTrue(!build.contains("@"), "a word that was not replaced: " + build);
  }

  /** Compiles sources and tests, and packs the former. */
  private static Path compiled(String name) throws Exception {
    Path classes = directory.resolve(name);
    Path tests = directory.resolve(name + "-tests");
    List<String> path = new ArrayList<>();
    Path repository = Distribution.ofThisBuild().home().resolve("repository");
    try (Stream<Path> jars = Files.walk(repository)) {
      jars.filter(f -> f.toString().endsWith(".jar")).forEach(f -> path.add(f.toString()));
    }
    path.add(place(Component.class));
    path.add(place(Test.class));
    path.add(place(org.apiguardian.api.API.class));
    compile(project.resolve("src/main/java"), classes, path);
    path.add(classes.toString());
    compile(project.resolve("src/test/java"), tests, path);
    return packed(classes, directory.resolve(name + ".jar"));
  }

  private static String place(Class<?> type) throws Exception {
    return Path.of(type.getProtectionDomain().getCodeSource().getLocation().toURI()).toString();
  }

  private static void compile(Path sources, Path to, List<String> path) throws Exception {
    Files.createDirectories(to);
    List<String> arguments = new ArrayList<>();
    arguments.addAll(List.of("-d", to.toString(), "-proc:none", "--release", "17"));
    arguments.addAll(List.of("-cp", String.join(File.pathSeparator, path)));
    try (Stream<Path> files = Files.walk(sources)) {
      files.filter(f -> f.toString().endsWith(".java")).forEach(f -> arguments.add(f.toString()));
    }
    java.io.ByteArrayOutputStream said = new java.io.ByteArrayOutputStream();
    int exit =
        ToolProvider.getSystemJavaCompiler()
            .run(null, said, said, arguments.toArray(String[]::new));
    assertEquals(0, exit, said.toString(StandardCharsets.UTF_8));
  }

  private static Path packed(Path classes, Path jar) throws Exception {
    try (OutputStream out = Files.newOutputStream(jar);
        JarOutputStream entries = new JarOutputStream(out)) {
      for (Path root : List.of(classes, project.resolve("src/main/resources"))) {
        try (Stream<Path> files = Files.walk(root)) {
          for (Path file : files.filter(Files::isRegularFile).toList()) {
            String name = root.relativize(file).toString().replace(File.separatorChar, '/');
            entries.putNextEntry(new JarEntry(name));
            Files.copy(file, entries);
            entries.closeEntry();
          }
        }
      }
    }
    return jar;
  }
}
