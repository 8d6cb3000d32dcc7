package org.quorate.cli.load;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;
import java.util.zip.GZIPOutputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.quorate.api.Bytes;
import org.quorate.api.kv.KvCommand;
import org.quorate.api.kv.KvError;
import org.quorate.api.kv.KvLimits;
import org.quorate.api.kv.KvResult;
import org.quorate.cli.CliException;
import org.quorate.cli.ExitCode;

class LoaderTest {
  @TempDir Path directory;

  /** Understands just the commands that the loader sends. */
  private static final class Target {
    private final TreeMap<String, String> state = new TreeMap<>();
    private final List<String> writes = new ArrayList<>();
    private int submissionsLeft = Integer.MAX_VALUE;
    private String refused = "";
    private int longest;

    CompletionStage<KvResult> submit(KvCommand command) {
      if (submissionsLeft-- <= 0) {
        return CompletableFuture.failedStage(new IllegalStateException("no node answers"));
      }
      longest = Math.max(longest, command.encode().length());
      KvCommand.Txn all = (KvCommand.Txn) command;
      if (all.then().stream().anyMatch(each -> key(each).equals(refused))) {
        return CompletableFuture.completedStage(
            new KvResult.Failed(1, KvError.TOO_LARGE, "too large here"));
      }
      List<KvResult> results = new ArrayList<>();
      for (KvCommand each : all.then()) {
        KvCommand.Txn txn = (KvCommand.Txn) each;
        Bytes key = txn.compares().get(0).keys().from();
        Bytes value = txn.compares().get(0).operand();
        boolean same = value.utf8().equals(state.get(key.utf8()));
        if (!same) {
          assertEquals(List.of(KvCommand.put(key, value)), txn.otherwise());
          state.put(key.utf8(), value.utf8());
          writes.add(key.utf8());
        }
        results.add(new KvResult.TxnDone(1, same, List.of()));
      }
      return CompletableFuture.completedStage(new KvResult.TxnDone(1, true, results));
    }
  }

  private static String key(KvCommand txn) {
    return ((KvCommand.Txn) txn).compares().get(0).keys().from().utf8();
  }

  private final Target target = new Target();
  private int maxCommandBytes = 1 << 20;

  private Path file(String name, String text) throws IOException {
    Path file = directory.resolve(name);
    Files.writeString(file, text);
    return file;
  }

  private static FileFormat csv(String key, String value) {
    return new FileFormat(FileFormat.Kind.CSV, ',', true, key, value, "");
  }

  private static FileFormat ndjson(String key, String value) {
    return new FileFormat(FileFormat.Kind.NDJSON, ',', true, key, value, "p/");
  }

  private Loader.Report load(Path file, FileFormat format, int batch)
      throws IOException, InterruptedException {
    Loader.Settings settings =
        new Loader.Settings(
            format, batch, 4, directory.resolve("rejects"), false, 1000, maxCommandBytes);
    return new Loader(target::submit, KvLimits.DEFAULTS, settings, (b, t, r, j, s) -> {})
        .load(file, "test");
  }

  @Test
  void csvBecomesKeysWithTheOtherColumnsAsJson() throws Exception {
    Path file =
        file("a.csv", "\ufeffid,name,town\r\n1,\"Ann, B.\",\"two\nlines\"\r\n\r\n2,\"a\"\"b\",\n");
    Loader.Report report = load(file, csv(null, null), 10);
    assertEquals(2, report.written());
    assertEquals("{\"name\":\"Ann, B.\",\"town\":\"two\\nlines\"}", target.state.get("1"));
    assertEquals("{\"name\":\"a\\\"b\",\"town\":\"\"}", target.state.get("2"));
    assertEquals(0, report.rejected());
    assertNull(report.rejects());
  }

  @Test
  void columnsCanBeChosen() throws Exception {
    load(file("a.csv", "a,b,c\n1,2,3\n"), csv("c", "b"), 10);
    assertEquals("2", target.state.get("3"));
    CliException e =
        assertThrows(
            CliException.class, () -> load(file("b.csv", "a,b\n1,2\n"), csv("x", null), 10));
    assertEquals(ExitCode.USAGE, e.exitCode());
    assertEquals("no column 'x'; there are: a, b", e.getMessage());
  }

  @Test
  void jsonLinesAreLoadedWholeOrByField() throws Exception {
    load(
        file("a.ndjson", "{\"id\":7,\"v\":[1]}\n{\"key\":\"k\",\"v\":\"x\"}\n"),
        ndjson(null, null),
        1);
    assertEquals("{\"id\":7,\"v\":[1]}", target.state.get("p/7"));
    assertEquals("{\"key\":\"k\",\"v\":\"x\"}", target.state.get("p/k"));
    load(file("b.ndjson", "{\"id\":8,\"v\":\"x\"}\n"), ndjson("id", "v"), 1);
    assertEquals("x", target.state.get("p/8"));
  }

  @Test
  void numbersKeepTheirDigits() throws Exception {
    String exact = "{\"id\": 9, \"v\": 3.14159265358979323846264338327950288}";
    load(file("a.ndjson", exact + "\n"), ndjson(null, null), 1);
    assertEquals(exact, target.state.get("p/9"));
    load(file("b.ndjson", exact + "\n{\"id\":1.10,\"v\":[1.10]}\n"), ndjson(null, "v"), 1);
    assertEquals("3.14159265358979323846264338327950288", target.state.get("p/9"));
    assertEquals("[1.10]", target.state.get("p/1.10"));
  }

  @Test
  void whatCannotBeLoadedIsKeptWithLineAndReason() throws Exception {
    String text = "id,v\n1,a\n2\n,x\n\"3\"y,z\n4," + "w".repeat(1100) + "\n5,b\n6,\"open\n7,c\n";
    byte[] bad = "8,\u00ff\n".getBytes(StandardCharsets.ISO_8859_1);
    Path file = directory.resolve("a.csv");
    try (OutputStream out = Files.newOutputStream(file)) {
      out.write("id,v\n0,a\n".getBytes(StandardCharsets.UTF_8));
      out.write(bad);
      out.write(text.substring(5).getBytes(StandardCharsets.UTF_8));
    }
    Loader.Report report = load(file, csv(null, null), 3);
    List<String> rejects = Files.readAllLines(directory.resolve("rejects"));
    assertEquals(6, report.rejected(), String.join("\n", rejects));
    rejected(rejects.get(0), 3, "not UTF-8");
    rejected(rejects.get(1), 5, "1 columns instead of 2");
    rejected(rejects.get(2), 6, "the key is empty");
    rejected(rejects.get(3), 7, "text after a closing quote in column 1");
    rejected(rejects.get(4), 8, "longer than 1000 bytes, or an open quote");
    rejected(rejects.get(5), 10, "a quote is not closed");
    assertEquals(List.of("0", "1", "5"), List.copyOf(target.state.keySet()));
    assertEquals(9, report.records());
  }

  private static void rejected(String line, int number, String reason) {
    assertTrue(line.startsWith("{\"line\":" + number + ",\"reason\":\"" + reason), line);
  }

  @Test
  void aRecordTheClusterRefusesIsRejectedAlone() throws Exception {
    target.refused = "2";
    Loader.Report report = load(file("a.csv", "id,v\n1,a\n2,b\n3,c\n"), csv(null, "v"), 10);
    assertEquals(2, report.written());
    assertEquals(1, report.rejected());
    assertTrue(Files.readString(directory.resolve("rejects")).contains("too large here"));
  }

  @Test
  void loadingTwiceChangesNothing() throws Exception {
    Path file = file("a.csv", "id,v\n1,a\n2,b\n1,c\n");
    assertEquals(3, load(file, csv(null, "v"), 10).written());
    assertEquals("c", target.state.get("1"));
    int writes = target.writes.size();
    Path other = file("b.csv", "id,v\n2,b\n1,c\n");
    Loader.Report again = load(other, csv(null, "v"), 10);
    assertEquals(0, again.written());
    assertEquals(2, again.unchanged());
    assertEquals(writes, target.writes.size());
  }

  @Test
  void aLoadThatWasCutOffGoesOn() throws Exception {
    StringBuilder text = new StringBuilder("id,v\n");
    for (int i = 0; i < 1000; i++) {
      text.append(i).append(",v").append(i).append('\n');
    }
    Path file = file("a.csv", text.toString());
    target.submissionsLeft = 42;
    CliException e = assertThrows(CliException.class, () -> load(file, csv(null, "v"), 10));
    assertEquals(ExitCode.UNREACHABLE, e.exitCode());
    assertTrue(e.getMessage().contains("no node answers"), e.getMessage());
    assertEquals(420, target.state.size());
    target.submissionsLeft = Integer.MAX_VALUE;
    Loader.Report report = load(file, csv(null, "v"), 10);
    assertEquals(420, report.skipped());
    assertEquals(580, report.written());
    assertEquals(1000, target.state.size());
    assertFalse(Files.exists(directory.resolve("a.csv.loading")));
    file("a.csv", text + "x,y\n");
    assertEquals(0, load(file, csv(null, "v"), 10).skipped());
  }

  @Test
  void aLoadOfTheSameFileElsewhereOrInAnotherWayBeginsAnew() throws Exception {
    StringBuilder text = new StringBuilder("id,v\n");
    for (int i = 0; i < 100; i++) {
      text.append(i).append(",v").append(i).append('\n');
    }
    Path file = file("a.csv", text.toString());
    target.submissionsLeft = 5;
    assertThrows(CliException.class, () -> load(file, csv(null, "v"), 10));
    target.submissionsLeft = 5;
    assertThrows(CliException.class, () -> load(file, csv("v", "id"), 10));
    assertEquals("0", target.state.get("v0"));
    target.submissionsLeft = Integer.MAX_VALUE;
    Loader.Settings settings =
        new Loader.Settings(
            csv("v", "id"), 10, 4, directory.resolve("rejects"), false, 1000, maxCommandBytes);
    Loader loader = new Loader(target::submit, KvLimits.DEFAULTS, settings, (b, t, r, j, s) -> {});
    assertEquals(0, loader.load(file, "another cluster").skipped());
  }

  /** A command holds a value twice, to compare and to write. */
  @Test
  void noCommandIsLongerThanTheGroupTakes() throws Exception {
    maxCommandBytes = 1000;
    StringBuilder text = new StringBuilder("id,v\n");
    for (int i = 0; i < 20; i++) {
      text.append(i).append(',').append("v".repeat(40 * (i % 10))).append('\n');
    }
    text.append("most,").append("x".repeat(450)).append('\n');
    text.append("more,").append("x".repeat(550)).append('\n');
    Loader.Report report = load(file("a.csv", text.toString()), csv(null, "v"), 10);
    assertEquals(21, report.written());
    assertEquals(1, report.rejected());
    assertTrue(target.longest > 900 && target.longest <= 1000, target.longest + " bytes");
    String rejects = Files.readString(directory.resolve("rejects"));
    assertTrue(rejects.contains("command.max.bytes of the group, 1000"), rejects);
  }

  @Test
  void packedFilesAndOtherDelimitersAreRead() throws Exception {
    Path file = directory.resolve("a.txt.gz");
    try (OutputStream out = new GZIPOutputStream(Files.newOutputStream(file))) {
      out.write("0041;LATIN CAPITAL LETTER A;Lu\n".getBytes(StandardCharsets.UTF_8));
    }
    FileFormat format = new FileFormat(FileFormat.Kind.CSV, ';', false, "c1", "c2", "U+");
    load(file, format, 10);
    assertEquals("LATIN CAPITAL LETTER A", target.state.get("U+0041"));
    assertEquals(FileFormat.Kind.CSV, FileFormat.kindOf("a.txt.gz"));
    assertEquals(FileFormat.Kind.NDJSON, FileFormat.kindOf("x.JSONL"));
    assertNull(FileFormat.kindOf("x.bin"));
  }

  private static String rows(int count) {
    StringBuilder rows = new StringBuilder("id,name\n");
    for (int i = 1; i <= count; i++) {
      rows.append(i).append(",n\n");
    }
    return rows.toString();
  }

  /** Answers come on other threads: what they cannot do must not leave the loading one waiting. */
  @Test
  @Timeout(value = 60, unit = TimeUnit.SECONDS)
  void rejectsThatCannotBeWrittenEndTheLoad() throws Exception {
    Path full = Path.of("/dev/full");
    assumeTrue(Files.exists(full), "a device without room");
    Path file = file("a.csv", rows(400));
    Loader.Settings settings =
        new Loader.Settings(csv(null, null), 200, 4, full, false, 1000, maxCommandBytes);
    Loader loader =
        new Loader(
            command ->
                CompletableFuture.completedStage(
                    new KvResult.Failed(1, KvError.TOO_LARGE, "too large here")),
            KvLimits.DEFAULTS,
            settings,
            (b, t, r, j, s) -> {});
    Exception e = assertThrows(Exception.class, () -> loader.load(file, "test"));
    assertEquals(ExitCode.FAILED, assertInstanceOf(CliException.class, e).exitCode(), e::toString);
    assertTrue(e.getMessage().contains("cannot write /dev/full"), e.getMessage());
  }

  /** A load that is killed goes on behind what it has noted, and looks at nothing before that again. */
  @Test
  void rejectsAreInTheirFileBeforeTheyAreNotedAsDone() throws Exception {
    Path file = file("a.csv", rows(12_000).replace("\n7,n\n", "\n7\n"));
    Path noted = directory.resolve("a.csv.loading");
    Path rejects = directory.resolve("rejects");
    List<String> found = new ArrayList<>();
    Loader.Settings settings =
        new Loader.Settings(csv(null, null), 100, 4, rejects, false, 1000, maxCommandBytes);
    Loader loader =
        new Loader(
            command -> {
              if (found.isEmpty() && Files.exists(noted)) {
                found.add(read(rejects));
              }
              return target.submit(command);
            },
            KvLimits.DEFAULTS,
            settings,
            (b, t, r, j, s) -> {});
    assertEquals(1, loader.load(file, "test").rejected());
    assertEquals(1, found.size(), "it was noted how far it came");
    assertTrue(found.get(0).contains("1 columns instead of 2"), found.toString());
  }

  private static String read(Path file) {
    try {
      return Files.readString(file);
    } catch (IOException e) {
      return e.toString();
    }
  }
}
