package org.quorate.cli.command;

import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.channels.Channels;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.Callable;
import org.quorate.api.KeyRange;
import org.quorate.api.ReadLevel;
import org.quorate.api.kv.KvEntry;
import org.quorate.api.kv.KvQuery;
import org.quorate.api.kv.KvResult;
import org.quorate.cli.CliException;
import org.quorate.cli.ExitCode;
import org.quorate.cli.cluster.KvLink;
import org.quorate.management.Json;
import org.quorate.management.KvEntryView;
import org.quorate.management.KvView;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

@Command(
    name = "export",
    description = {
      "Writes all keys as they are at one revision, a JSON object a line.",
      "It has key, value, and encoding if they are not plain text. Load it with --format export."
    },
    footer = {"", "Example: quorate kv export --prefix city/ --output cities.ndjson"})
final class KvExportCommand implements Callable<Integer> {
  private static final int PAGE = 1000;

  @Option(names = "--prefix", paramLabel = "TEXT", description = "Only keys that begin so.")
  private String prefix = "";

  @Option(
      names = "--output",
      paramLabel = "FILE",
      description = "The file (default: standard output).")
  private Path output;

  @Mixin private KvOptions kv;

  private final Root root;

  KvExportCommand(Root root) {
    this.root = root;
  }

  @Override
  public Integer call() throws IOException, InterruptedException {
    if (output == null) {
      export(root.terminal().out());
      return ExitCode.OK;
    }
    Path file = root.terminal().resolve(output);
    if (Files.exists(file) && !Files.isRegularFile(file)) {
      throw new CliException(
          ExitCode.USAGE, file + " is not a file", "name one, or leave --output out");
    }
    Path part = file.resolveSibling(file.getFileName() + ".part");
    Map<String, Object> report = new LinkedHashMap<>();
    try {
      report.put("records", write(part));
      // An export that fails, or whose machine does, leaves an earlier one as it was.
      Files.move(part, file, StandardCopyOption.REPLACE_EXISTING);
    } finally {
      Files.deleteIfExists(part);
    }
    report.put("file", file.toString());
    root.print(report);
    return ExitCode.OK;
  }

  /** On disk when it returns. */
  private long write(Path part) throws IOException, InterruptedException {
    try (FileChannel file =
            FileChannel.open(
                part,
                StandardOpenOption.CREATE,
                StandardOpenOption.TRUNCATE_EXISTING,
                StandardOpenOption.WRITE);
        PrintStream out =
            new PrintStream(
                new BufferedOutputStream(Channels.newOutputStream(file)),
                false,
                StandardCharsets.UTF_8)) {
      long records = export(out);
      if (out.checkError()) {
        throw new IOException("cannot write " + part);
      }
      file.force(true);
      return records;
    }
  }

  private long export(PrintStream out) throws InterruptedException {
    long records = 0;
    try (KvLink link = kv.connect(root)) {
      KvQuery.Range page = KvQuery.range(KeyRange.prefix(kv.bytes(prefix)), PAGE);
      while (page != null) {
        KvResult result = link.now(link.read(page, ReadLevel.LINEARIZABLE));
        if (!(result instanceof KvResult.RangeDone done)) {
          KvView.of(result);
          throw new IllegalStateException("answer to a range: " + result);
        }
        done.entries().forEach(entry -> out.println(line(entry)));
        records += done.entries().size();
        page = done.more() ? page.after(done) : null;
      }
    }
    out.flush();
    return records;
  }

  private static String line(KvEntry entry) {
    KvEntryView view = KvEntryView.of(entry);
    Map<String, Object> line = new LinkedHashMap<>();
    line.put("key", view.key());
    line.put("value", view.value());
    if (view.encoding() != null) {
      line.put("encoding", view.encoding());
    }
    return Json.text(line);
  }
}
