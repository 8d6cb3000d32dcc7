package org.quorate.cli.command;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import javax.lang.model.SourceVersion;
import org.quorate.cli.CliException;
import org.quorate.cli.ExitCode;
import org.quorate.cli.cluster.Distribution;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

@Command(
    name = "strategy",
    description = {
      "Writes a Maven project with a consensus strategy that works and is tested.",
      "It is Multi-Paxos, with the tests that every strategy has to pass, to be made into another",
      "one: see docs/writing-a-strategy.md."
    },
    footer = {"", "Example: quorate new strategy mine --package com.example.mine"})
final class NewStrategyCommand implements Callable<Integer> {
  private static final String NAME = "[a-z][a-z0-9]{0,31}";
  private static final List<String> TAKEN = List.of("raft", "certify");

  @Parameters(paramLabel = "NAME", description = "Its name in configurations: a-z and 0-9.")
  private String name;

  @Option(names = "--dir", paramLabel = "DIR", description = "Where to (default: ./NAME).")
  private Path directory;

  @Option(
      names = "--package",
      paramLabel = "PACKAGE",
      description = "Java package (default: org.example.NAME).")
  private String javaPackage;

  private final Root root;

  NewStrategyCommand(Root root) {
    this.root = root;
  }

  @Override
  public Integer call() throws IOException {
    if (TAKEN.contains(name)) {
      throw usage(name + " is a strategy of Quorate", "choose another name");
    }
    if (!name.matches(NAME)) {
      throw usage(
          "'" + name + "' is no name", "use a letter and then letters and digits, all small");
    }
    String inPackage = javaPackage == null ? "org.example." + name : javaPackage;
    if (!SourceVersion.isName(inPackage)) {
      throw usage("'" + inPackage + "' is no Java package", "name one with --package");
    }
    Path to = root.terminal().resolve(directory == null ? Path.of(name) : directory);
    if (Files.exists(to) && (!Files.isDirectory(to) || !isEmpty(to))) {
      throw usage(to + " is there already", "name another place with --dir");
    }
    int files = write(root.distribution(), to, inPackage);
    if (root.json()) {
      root.print(Map.of("directory", to.toString(), "package", inPackage, "files", files));
    } else {
      root.terminal().out().println(files + " files in " + to);
      root.terminal().out().println("next: cd " + to + " && mvn verify");
    }
    return ExitCode.OK;
  }

  private static CliException usage(String what, String next) {
    return new CliException(ExitCode.USAGE, what, next);
  }

  private static boolean isEmpty(Path directory) throws IOException {
    try (Stream<Path> files = Files.list(directory)) {
      return files.findAny().isEmpty();
    }
  }

  private int write(Distribution distribution, Path to, String inPackage) throws IOException {
    Path template = distribution.home().resolve("template/strategy");
    Map<String, String> words = new LinkedHashMap<>(); // the first that fits counts
    words.put("@home@", distribution.home().toString());
    words.put("@version@", distribution.version());
    words.put("@package@", inPackage);
    words.put("@name@", name);
    words.put("@Name@", capitalized());
    words.put("org.example.tutorial", inPackage);
    words.put("Tutorial", capitalized());
    words.put("tutorial", name);
    List<Path> files;
    try (Stream<Path> all = Files.walk(template)) {
      files = all.filter(Files::isRegularFile).sorted().toList();
    }
    for (Path file : files) {
      String path = template.relativize(file).toString().replace('\\', '/');
      path = path.replace("org/example/tutorial", inPackage.replace('.', '/'));
      path = path.replace("Tutorial", capitalized()).replaceFirst("^gitignore$", ".gitignore");
      Path target = to.resolve(path);
      Files.createDirectories(target.getParent());
      Files.writeString(target, replaced(Files.readString(file), words));
    }
    return files.size();
  }

  private String capitalized() {
    return name.substring(0, 1).toUpperCase(Locale.ROOT) + name.substring(1);
  }

  /** All words at once: what has been replaced is not looked at again. */
  private static String replaced(String text, Map<String, String> words) {
    String any = words.keySet().stream().map(Pattern::quote).collect(Collectors.joining("|"));
    return Pattern.compile(any)
        .matcher(text)
        .replaceAll(found -> Matcher.quoteReplacement(words.get(found.group())));
  }
}
