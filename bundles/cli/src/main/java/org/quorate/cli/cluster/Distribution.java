package org.quorate.cli.cluster;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.jar.JarFile;
import java.util.jar.Manifest;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.quorate.cli.CliException;
import org.quorate.cli.ExitCode;

/**
 * The assembly that nodes are started from.
 *
 * @param home its directory
 */
public record Distribution(Path home) {
  private static final Pattern PLUGIN = Pattern.compile("org\\.quorate\\.plugin;([^,]*)");

  /**
   * The one this program came with: system property {@code quorate.home}, or what was built below
   * the current directory.
   *
   * @throws CliException if there is none
   */
  public static Distribution locate(Path directory) {
    String home = System.getProperty("quorate.home", System.getenv("QUORATE_HOME"));
    Path path = home == null ? directory.resolve("distribution/target/quorate") : Path.of(home);
    if (!Files.exists(path.resolve("VERSION"))) {
      throw new CliException(
          ExitCode.FAILED,
          "no distribution in " + path,
          "run ./quorate in the root of the repository: it builds what is missing");
    }
    return new Distribution(path.toAbsolutePath());
  }

  /** The version as in its file VERSION. */
  public String version() {
    try {
      return Files.readString(home.resolve("VERSION")).trim();
    } catch (IOException e) {
      return "unknown";
    }
  }

  /**
   * Names of the plug-ins of a kind, as the manifests of its bundles declare them.
   *
   * @param kind strategy, storage or log
   */
  public Set<String> plugins(String kind) {
    Set<String> names = new TreeSet<>();
    try (Stream<Path> files = Files.walk(home.resolve("bundle"))) {
      for (Path file : files.filter(f -> f.toString().endsWith(".jar")).toList()) {
        try (JarFile jar = new JarFile(file.toFile())) {
          Matcher found = PLUGIN.matcher(capabilities(jar));
          while (found.find()) {
            Set<String> attributes = Set.of(found.group(1).split(";"));
            if (attributes.contains("plugin=" + kind)) {
              attributes.stream()
                  .filter(a -> a.startsWith("name="))
                  .forEach(a -> names.add(a.substring("name=".length())));
            }
          }
        }
      }
    } catch (IOException e) {
      throw incomplete(e);
    }
    return names;
  }

  private static String capabilities(JarFile jar) throws IOException {
    Manifest manifest = jar.getManifest();
    String declared =
        manifest == null ? null : manifest.getMainAttributes().getValue("Provide-Capability");
    return declared == null ? "" : declared;
  }

  /**
   * The command that runs a node in the foreground; bin/quorate-node does the same.
   *
   * @param javaOptions further options of the JVM
   */
  public List<String> nodeCommand(Path config, Path data, List<String> javaOptions) {
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.addAll(words("conf/node.jvm"));
    if (Runtime.version().feature() >= 24) {
      command.add("--enable-native-access=ALL-UNNAMED");
      command.add("--sun-misc-unsafe-memory-access=allow");
    }
    if (javaOptions.stream().noneMatch(o -> o.startsWith("-XX:ArchiveClassesAtExit"))) {
      command.addAll(sharedClasses());
    }
    command.addAll(javaOptions);
    command.add("-Dquorate.home=" + home);
    command.add("-Dquorate.config=" + config);
    command.add("-Dquorate.data=" + data);
    command.add("-Dorg.osgi.framework.storage=" + data.resolve("felix-cache"));
    command.add("-Dfelix.config.properties=file:" + home.resolve("conf/config.properties"));
    command.add("-Dlogback.configurationFile=" + home.resolve("conf/logback.xml"));
    command.add("-Djava.util.logging.config.file=" + home.resolve("conf/jul.properties"));
    command.add("-jar");
    command.add(home.resolve("lib/org.apache.felix.main.jar").toString());
    return command;
  }

  /** Options that use what {@link org.quorate.cli.Training} left for this JDK, if it did. */
  private List<String> sharedClasses() {
    Path archive = home.resolve("lib/node-" + System.getProperty("java.runtime.version") + ".jsa");
    try {
      return Files.exists(archive) && Files.size(archive) > 0
          ? List.of(
              "-XX:SharedArchiveFile=" + archive,
              "-Xlog:cds=off",
              "-Xlog:cds+dynamic=off",
              "-Xlog:class+path=off")
          : List.of();
    } catch (IOException e) {
      return List.of(); // it went away between the two looks: a node starts without as well
    }
  }

  private List<String> words(String file) {
    try {
      return List.of(Files.readString(home.resolve(file)).trim().split("\\s+"));
    } catch (IOException e) {
      throw incomplete(e);
    }
  }

  private static CliException incomplete(IOException e) {
    return new CliException(
        ExitCode.FAILED,
        "the distribution is incomplete: " + e.getMessage(),
        "build it again: QUORATE_REBUILD=always ./quorate doctor",
        e);
  }
}
