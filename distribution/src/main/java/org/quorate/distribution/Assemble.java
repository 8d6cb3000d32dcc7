package org.quorate.distribution;

import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * Puts an assembly together from the jars of this program's own class path. What goes where is said
 * by {@code cnf/assembly/bundles.txt} and {@code cnf/assembly/cli.txt}; a jar that is named nowhere,
 * a name without a jar and an installed jar that is no bundle end the build.
 *
 * <p>Arguments: the root of the repository, the directory to write, the version.
 */
public final class Assemble {
  private final Path root;
  private final Path home;
  private final String version;
  private final List<String> problems = new ArrayList<>();

  private Assemble(Path root, Path home, String version) {
    this.root = root;
    this.home = home;
    this.version = version;
  }

  /** See the class. */
  public static void main(String[] args) throws IOException {
    Assemble assemble = new Assemble(Path.of(args[0]), Path.of(args[1]), args[2]);
    assemble.run(Jars.ofClassPath(System.getProperty("java.class.path")));
    for (String problem : assemble.problems) {
      System.err.println("assembly: " + problem);
    }
    if (!assemble.problems.isEmpty()) {
      System.exit(1);
    }
  }

  private void run(Jars jars) throws IOException {
    BundleList list = BundleList.parse(root.resolve("cnf/assembly/bundles.txt"));
    List<String> cli = lines(root.resolve("cnf/assembly/cli.txt"));
    problems.addAll(list.problems());
    problems.addAll(jars.problems());
    check(jars, list, cli);
    if (!problems.isEmpty()) {
      return;
    }
    Map<String, Path> placed = place(jars, list, cli);
    sweep(placed);
    Files.createDirectories(home.resolve("conf"));
    copyTree(root.resolve("cnf/conf"), home.resolve("conf"), false);
    copyTree(root.resolve("distribution/src/main/bin"), home.resolve("bin"), true);
    template();
    repository(jars);
    copy(root.resolve("LICENSE"), home.resolve("LICENSE"));
    copy(root.resolve("NOTICE"), home.resolve("NOTICE"));
    write("conf/config.properties", configProperties(list, placed));
    Description description = Description.of(list, placed);
    write("conf/assembly.json", description.feature());
    write("conf/assembly.bndrun", description.bndrun());
    write("lib/cli.classpath", cli.stream().map(n -> relative(placed.get(n)) + "\n"));
    write("VERSION", Stream.of(version + "\n"));
  }

  private void check(Jars jars, BundleList list, List<String> cli) {
    for (String name : jars.names()) {
      if (!list.knows(name) && !cli.contains(name)) {
        problems.add(
            name
                + " is a dependency, but cnf/assembly/bundles.txt does not say what to do with it");
      }
    }
    for (String name : list.levels().keySet()) {
      if (!jars.has(name)) {
        problems.add(name + " is listed in cnf/assembly/bundles.txt, but is no dependency");
      } else if (!jars.isBundle(name)) {
        problems.add(name + " is listed in cnf/assembly/bundles.txt, but is no bundle");
      }
    }
    for (String name : cli) {
      if (!jars.has(name)) {
        problems.add(name + " is listed in cnf/assembly/cli.txt, but is no dependency");
      }
    }
  }

  /** Bundles to {@code bundle/<level>}, everything else that is wanted to {@code lib}. */
  private Map<String, Path> place(Jars jars, BundleList list, List<String> cli) throws IOException {
    Map<String, Path> placed = new TreeMap<>();
    for (Map.Entry<String, Integer> e : list.levels().entrySet()) {
      placed.put(e.getKey(), home.resolve("bundle/" + e.getValue() + "/" + e.getKey() + ".jar"));
    }
    for (String name : Stream.concat(list.libraries().stream(), cli.stream()).toList()) {
      placed.putIfAbsent(name, home.resolve("lib/" + name + ".jar"));
    }
    for (Map.Entry<String, Path> e : placed.entrySet()) {
      copy(jars.file(e.getKey()), e.getValue());
    }
    return placed;
  }

  /** Deletes the jars of an earlier assembly that are no part of this one. */
  private void sweep(Map<String, Path> placed) throws IOException {
    for (String folder : List.of("bundle", "lib")) {
      try (Stream<Path> files = Files.walk(home.resolve(folder))) {
        for (Path jar : files.filter(f -> f.toString().endsWith(".jar")).toList()) {
          if (!placed.containsValue(jar)) {
            Files.delete(jar);
          }
        }
      }
    }
  }

  /** What {@code quorate new strategy} writes: the sources of the example, with another build. */
  private void template() throws IOException {
    Path example = root.resolve("examples/strategy");
    Path template = home.resolve("template/strategy");
    delete(template);
    copyTree(example.resolve("src"), template.resolve("src"), false);
    copyTree(example.resolve("template"), template, false);
  }

  /** A Maven repository with what the author of a plug-in needs. */
  private void repository(Jars jars) throws IOException {
    Path group = home.resolve("repository/org/quorate");
    delete(group);
    copy(root.resolve("pom.xml"), artifact(group, "quorate", "pom"));
    for (String folder : lines(root.resolve("cnf/assembly/repository.txt"))) {
      String name = "org.quorate." + Path.of(folder).getFileName();
      copy(root.resolve(folder + "/pom.xml"), artifact(group, name, "pom"));
      copy(jars.file(name), artifact(group, name, "jar"));
    }
  }

  private Path artifact(Path group, String name, String extension) {
    return group.resolve(name + "/" + version + "/" + name + "-" + version + "." + extension);
  }

  private static void delete(Path tree) throws IOException {
    if (Files.exists(tree)) {
      try (Stream<Path> files = Files.walk(tree)) {
        for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
          Files.delete(file);
        }
      }
    }
  }

  private Stream<String> configProperties(BundleList list, Map<String, Path> placed)
      throws IOException {
    Map<Integer, List<String>> byLevel =
        list.levels().keySet().stream()
            .collect(
                Collectors.groupingBy(
                    n -> list.levels().get(n), TreeMap::new, Collectors.toList()));
    List<String> out =
        new ArrayList<>(Files.readAllLines(root.resolve("cnf/conf/config.properties")));
    byLevel.forEach(
        (level, names) -> {
          List<String> start = new ArrayList<>();
          List<String> install = new ArrayList<>();
          for (String name : names) {
            String url = "\"reference:file:${quorate.home}/" + relative(placed.get(name)) + "\"";
            (list.isFragment(name) ? install : start).add(url);
          }
          out.add("");
          out.add("felix.auto.install." + level + " = " + String.join(" \\\n  ", install));
          out.add("felix.auto.start." + level + " = \\\n  " + String.join(" \\\n  ", start));
        });
    return out.stream().map(l -> l + "\n");
  }

  private String relative(Path file) {
    return home.relativize(file).toString().replace(File.separatorChar, '/');
  }

  private void copyTree(Path from, Path to, boolean executable) throws IOException {
    try (Stream<Path> files = Files.walk(from)) {
      for (Path file : files.filter(Files::isRegularFile).toList()) {
        Path target = to.resolve(from.relativize(file).toString());
        copy(file, target);
        if (executable && Files.getFileStore(target).supportsFileAttributeView("posix")) {
          Files.setPosixFilePermissions(target, PosixFilePermissions.fromString("rwxr-xr-x"));
        }
      }
    }
  }

  /** Replaces a file in one step: a node that has the old one open keeps it. */
  private static void copy(Path from, Path to) throws IOException {
    if (Files.exists(to) && Files.mismatch(from, to) < 0) {
      return;
    }
    Files.createDirectories(to.getParent());
    Path part = to.resolveSibling(to.getFileName() + ".part");
    Files.copy(from, part, StandardCopyOption.REPLACE_EXISTING);
    Files.move(part, to, StandardCopyOption.REPLACE_EXISTING);
  }

  private void write(String name, Stream<String> text) throws IOException {
    Path file = home.resolve(name);
    Files.createDirectories(file.getParent());
    Path part = file.resolveSibling(file.getFileName() + ".part");
    Files.writeString(part, text.collect(Collectors.joining()));
    Files.move(part, file, StandardCopyOption.REPLACE_EXISTING);
  }

  /** The lines of a list without comments and blank ones. */
  static List<String> lines(Path file) throws IOException {
    return Files.readAllLines(file).stream()
        .map(l -> l.replaceFirst("#.*", "").strip())
        .filter(l -> !l.isEmpty())
        .toList();
  }
}
