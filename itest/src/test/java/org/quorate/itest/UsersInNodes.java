package org.quorate.itest;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.jar.Attributes;
import java.util.jar.JarEntry;
import java.util.jar.JarOutputStream;
import java.util.jar.Manifest;
import java.util.stream.Stream;
import org.quorate.itest.user.CoordinatorUser;
import org.quorate.spi.coordination.FencingToken;

/** A {@link CoordinatorUser} in each node, and whether their diaries agree with each other. */
final class UsersInNodes {
  private final Cli cli;
  private final Path data;
  private final Path jar;
  private final List<String> nodes;

  /**
   * Makes the bundle.
   *
   * @param data of the cluster
   */
  UsersInNodes(Cli cli, Path data, List<String> nodes) throws Exception {
    this.cli = cli;
    this.data = data;
    this.nodes = nodes;
    this.jar = data.resolveSibling("coordinator-user.jar");
    Manifest manifest = new Manifest();
    Map.of(
            "Manifest-Version", "1.0",
            "Bundle-ManifestVersion", "2",
            "Bundle-SymbolicName", "org.quorate.itest.user",
            "Bundle-Version", "1.0.0",
            "Bundle-Activator", CoordinatorUser.class.getName(),
            "Import-Package", "org.osgi.framework,org.quorate.api,org.quorate.spi.coordination")
        .forEach((key, value) -> manifest.getMainAttributes().put(new Attributes.Name(key), value));
    try (JarOutputStream out = new JarOutputStream(Files.newOutputStream(jar), manifest)) {
      Path classes =
          Path.of(
              CoordinatorUser.class.getProtectionDomain().getCodeSource().getLocation().toURI());
      String folder = CoordinatorUser.class.getPackageName().replace('.', '/');
      try (Stream<Path> files = Files.list(classes.resolve(folder))) {
        for (Path file : files.toList()) {
          out.putNextEntry(new JarEntry(folder + "/" + file.getFileName()));
          try (InputStream in = Files.newInputStream(file)) {
            in.transferTo(out);
          }
          out.closeEntry();
        }
      }
    }
  }

  /** Installs it in a node, which forgets it when it ends. */
  void start(String node) throws Exception {
    cli.ok("shell", node, "-c", "felix:start " + jar.toUri());
  }

  void startAll() throws Exception {
    for (String node : nodes) {
      start(node);
    }
  }

  /** Its lines, without their times. */
  private List<String> diary(String node) throws IOException {
    Path file = data.resolve(node).resolve("user.diary");
    return !Files.exists(file)
        ? List.of()
        : Files.readAllLines(file).stream()
            .map(line -> line.substring(line.indexOf(' ') + 1))
            .toList();
  }

  /** How many lines a node's user has written that begin so. */
  long count(String node, String begin) throws IOException {
    return said(node, begin).size();
  }

  private List<String> said(String node, String begin) throws IOException {
    return diary(node).stream()
        .filter(line -> line.startsWith(begin))
        .map(line -> line.substring(begin.length()))
        .toList();
  }

  /** Whether the user in each node has come to an end. */
  boolean ended() throws IOException {
    for (String node : nodes) {
      if (!diary(node).contains("END")) {
        return false;
      }
    }
    return true;
  }

  // ---- what they have written -------------------------------------------------------------------

  /** Once all have ended: nothing was lost, done twice or held by two. */
  void agree() throws IOException {
    List<String> all = byRevision(said(nodes.get(0), "LISTED "));
    for (String node : nodes) {
      assertEquals(all, byRevision(said(node, "LISTED ")), () -> "what is there, by " + node);
      sawOn(node);
      assertEquals(List.of(), said(node, "BROKEN "), this::toString);
      assertEquals(List.of(), said(node, "NOT "), this::toString);
      assertEquals(List.of(), said(node, "UNCLAIMED "), this::toString);
      watchedAll(node, all);
      keptItsSession(node);
    }
    writtenOnce(all);
    tokensRise(all);
    keptByOne();
    System.out.println("coordinator used over swaps: " + summary(all));
  }

  private static long revision(String entry) {
    return Long.parseLong(entry.substring(0, entry.indexOf(' ')));
  }

  private static List<String> byRevision(List<String> entries) {
    TreeMap<Long, String> sorted = new TreeMap<>();
    entries.forEach(entry -> sorted.put(revision(entry), entry));
    assertEquals(entries.size(), sorted.size(), "a revision was given twice");
    return new ArrayList<>(sorted.values());
  }

  private static String value(String entry) {
    return entry.split(" ", 3)[2];
  }

  /** Every acknowledged write is there once, where it was said to be; no refused one is. */
  private void writtenOnce(List<String> all) throws IOException {
    Set<String> there = new HashSet<>(all);
    Set<String> values = new HashSet<>();
    Set<String> may = new HashSet<>();
    for (String entry : all) {
      assertTrue(values.add(value(entry)), () -> "twice: " + entry);
    }
    for (String node : nodes) {
      for (String wrote : said(node, "WROTE ")) {
        assertTrue(there.contains(wrote), () -> "lost: " + wrote);
      }
      for (String refused : said(node, "REFUSED ")) {
        String what = refused.substring(0, refused.indexOf(' '));
        assertTrue(!values.contains(what), () -> "done though it was refused: " + refused);
      }
      may.addAll(said(node, "TRIED "));
    }
    for (String value : values) {
      assertTrue(
          may.contains(value) || value.matches("(IN|OUT) .*"), () -> "from nobody: " + value);
    }
  }

  /**
   * Its watch went on. Only who comes back while its node has not read yet where all is may be told that
   * it has to begin anew.
   */
  private void sawOn(String node) throws IOException {
    long back = count(node, "BEGUN ") - 1;
    List<String> blind = said(node, "BLIND ");
    assertTrue(
        blind.size() <= back && blind.stream().allMatch(why -> why.startsWith("COMPACTED")),
        this::toString);
  }

  /** Since it began to watch, until it was killed, had to begin anew, or ended: all, once and in order. */
  private void watchedAll(String node, List<String> all) throws IOException {
    List<String> lines = diary(node);
    for (int i = 0; i < lines.size(); i++) {
      if (!lines.get(i).startsWith("WATCHES ")) {
        continue;
      }
      long from = Long.parseLong(lines.get(i).substring("WATCHES ".length()));
      List<String> saw = new ArrayList<>();
      int end = i + 1;
      for (; end < lines.size() && !lines.get(end).matches("(BEGUN|BLIND) .*"); end++) {
        if (lines.get(end).startsWith("SAW ")) {
          saw.add(lines.get(end).substring("SAW ".length()));
        }
      }
      List<String> wanted = all.stream().filter(entry -> revision(entry) >= from).toList();
      boolean cut = end < lines.size();
      assertEquals(cut ? wanted.subList(0, saw.size()) : wanted, saw, () -> "seen by " + node);
    }
  }

  /** What a user has written before any of them had closed anything. */
  private List<String> whileUsed(String node) throws IOException {
    List<String> lines = diary(node);
    return lines.subList(0, lines.indexOf("READY to end"));
  }

  /** The session has not ended before its user closed it; who came after a kill has taken it up. */
  private void keptItsSession(String node) throws IOException {
    assertEquals(1, count(node, "KEEPER "), this::toString);
    assertEquals(count(node, "BEGUN ") - 1, count(node, "RESUMED "), this::toString);
    assertTrue(
        whileUsed(node).stream().noneMatch(line -> line.startsWith("ENDED ")), this::toString);
  }

  private static FencingToken token(String value) {
    return FencingToken.parse(value.split(" ")[1]);
  }

  /** Each turn has a higher token than all before, and nobody else's lies in it. */
  private void tokensRise(List<String> all) {
    FencingToken last = new FencingToken(0, 0);
    for (String entry : all) {
      String value = value(entry);
      if (value.startsWith("IN ")) {
        FencingToken next = token(value);
        FencingToken before = last;
        assertTrue(next.compareTo(before) > 0, () -> entry + " came after " + before);
        last = next;
      } else if (value.startsWith("OUT ")) {
        assertEquals(last, token(value), () -> entry + ": another has had the lock by then");
      }
    }
  }

  /** The lock that is never given back has one holder, and after a kill the same again. */
  private void keptByOne() throws IOException {
    Set<String> holders = new TreeSet<>();
    for (String node : nodes) {
      for (String line : whileUsed(node)) {
        assertTrue(!line.startsWith("LOST ") && !line.startsWith("UNKEPT "), this::toString);
        if (line.startsWith("KEPT ")) {
          holders.add(node + " " + line.split(" ")[1]);
        }
      }
    }
    assertEquals(1, holders.size(), holders::toString);
  }

  private String summary(List<String> all) throws IOException {
    long wrote = 0;
    long may = 0;
    long refused = 0;
    for (String node : nodes) {
      wrote += count(node, "WROTE ");
      may += count(node, "MAYBE ");
      refused += count(node, "REFUSED ");
    }
    long turns = all.stream().filter(entry -> value(entry).startsWith("IN ")).count();
    return wrote + " writes, " + may + " not known, " + refused + " refused, " + turns + " turns";
  }

  /** What is no everyday entry. */
  @Override
  public String toString() {
    StringBuilder text = new StringBuilder();
    for (String node : nodes) {
      text.append(node).append(":\n");
      try {
        Files.readAllLines(data.resolve(node).resolve("user.diary")).stream()
            .filter(line -> !line.matches("\\S+ (TRIED|WROTE|SAW|LISTED) .*"))
            .forEach(line -> text.append("  ").append(line).append('\n'));
      } catch (IOException e) {
        text.append(e);
      }
    }
    return text.toString();
  }
}
