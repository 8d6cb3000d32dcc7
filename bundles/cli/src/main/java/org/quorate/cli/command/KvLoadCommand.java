package org.quorate.cli.command;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.Callable;
import org.quorate.cli.CliException;
import org.quorate.cli.ExitCode;
import org.quorate.cli.cluster.KvLink;
import org.quorate.cli.cluster.NodeApi;
import org.quorate.cli.cluster.Reach;
import org.quorate.cli.load.FileFormat;
import org.quorate.cli.load.Loader;
import org.quorate.core.replica.ReplicaParameters;
import org.quorate.kv.KvParameters;
import org.quorate.spi.config.Options;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

@Command(
    name = "load",
    description = {
      "Loads a file of records, CSV or JSON lines, packed with gzip or not, of any size.",
      "A key is only written if its value differs: loading twice changes nothing. A load "
          + "that was cut off goes on when it is run again. What cannot be loaded goes to a "
          + "file of rejects."
    },
    footer = {
      "",
      "Exit code 5 if records were rejected.",
      "Example: quorate kv load cities.csv --key-column id --prefix city/"
    })
final class KvLoadCommand implements Callable<Integer> {
  private static final int MAX_RECORD_BYTES = 4 << 20;
  private static final Duration ASK = Duration.ofSeconds(5);

  @Parameters(paramLabel = "FILE", description = "The file.")
  private Path file;

  @Option(
      names = "--format",
      paramLabel = "NAME",
      description = "csv, ndjson or export (default: by the file's name).")
  private FileFormat.Kind format;

  @Option(
      names = "--key-column",
      paramLabel = "NAME",
      description = "Column or field that is the key (default: the first; key, id or _id).")
  private String key;

  @Option(
      names = "--value-column",
      paramLabel = "NAME",
      description = "Column or field that is the value (default: the record as JSON).")
  private String value;

  @Option(names = "--prefix", paramLabel = "TEXT", description = "Put before every key.")
  private String prefix = "";

  @Option(
      names = "--delimiter",
      paramLabel = "CHAR",
      description = "Between columns (default: a comma; for .tsv a tab).")
  private String delimiter;

  @Option(names = "--no-header", description = "The first line is data; columns are c1, c2 ….")
  private boolean noHeader;

  @Option(
      names = "--rejects",
      paramLabel = "FILE",
      description = "Gets what cannot be loaded (default: FILE.rejects).")
  private Path rejects;

  @Option(
      names = "--batch",
      paramLabel = "N",
      description = "Records in one transaction (default: ${DEFAULT-VALUE}).")
  private int batch = 100;

  @Option(
      names = "--in-flight",
      paramLabel = "N",
      description = "Transactions on their way at once (default: ${DEFAULT-VALUE}).")
  private int inFlight = 8;

  @Option(names = "--restart", description = "Begin anew, whatever an earlier load has done.")
  private boolean restart;

  @Mixin private KvOptions kv;

  private final Root root;

  KvLoadCommand(Root root) {
    this.root = root;
  }

  @Override
  public Integer call() throws IOException, InterruptedException {
    Path source = root.terminal().resolve(file);
    if (!Files.isReadable(source) || Files.isDirectory(source)) {
      throw new CliException(
          ExitCode.USAGE, "there is no readable file " + source, "check the name");
    }
    if (batch < 1 || batch > 200 || inFlight < 1 || inFlight > 1000) {
      throw new CliException(
          ExitCode.USAGE,
          "--batch " + batch + " --in-flight " + inFlight + " are out of range",
          "--batch 1..200, --in-flight 1..1000");
    }
    Path rejected =
        rejects == null
            ? source.resolveSibling(source.getFileName() + ".rejects")
            : root.terminal().resolve(rejects);
    try (KvLink link = kv.connect(root)) {
      Options group = groupOptions();
      Loader.Settings settings =
          new Loader.Settings(
              format(source),
              batch,
              inFlight,
              rejected,
              restart,
              MAX_RECORD_BYTES,
              (int) group.number(ReplicaParameters.COMMAND_MAX_BYTES));
      Loader loader = new Loader(link::write, KvParameters.limits(group), settings, this::progress);
      // Not its name: a cluster made anew, or another one, has none of the records.
      String target = "history " + link.now(link.history());
      Loader.Report report = loader.load(source, target);
      root.terminal().progressDone();
      root.print(report);
      return report.rejected() == 0 ? ExitCode.OK : ExitCode.FINDINGS;
    }
  }

  /** What the group was created with, from a node that has it. */
  private Options groupOptions() throws InterruptedException {
    Reach reach = root.reach();
    CliException last = null;
    for (Reach.Place node : reach.nodes()) {
      try {
        Map<String, String> options = new TreeMap<>();
        new NodeApi(reach, node)
            .call("group.show", Map.of("group", kv.group), ASK)
            .path("options")
            .properties()
            .forEach(option -> options.put(option.getKey(), option.getValue().asText()));
        return new Options(options);
      } catch (CliException e) {
        last = e;
      }
    }
    throw last;
  }

  private FileFormat format(Path source) {
    String name = source.getFileName().toString();
    FileFormat.Kind kind = format == null ? FileFormat.kindOf(name) : format;
    if (kind == null) {
      throw new CliException(
          ExitCode.USAGE,
          "the name of " + source + " tells no format",
          "say --format csv or ndjson");
    }
    boolean tabs = name.toLowerCase(Locale.ROOT).matches(".*\\.tsv(\\.gz)?");
    String between = delimiter == null ? (tabs ? "\t" : ",") : delimiter.replace("\\t", "\t");
    if (between.length() != 1 || between.equals("\"") || between.equals("\n")) {
      throw new CliException(
          ExitCode.USAGE, "--delimiter '" + between + "' is not one character", "such as ';'");
    }
    return new FileFormat(kind, between.charAt(0), !noHeader, key, value, prefix);
  }

  private void progress(long bytes, long total, long records, long rejected, double seconds) {
    if (!root.terminal().interactive()) {
      return;
    }
    int width = 30;
    int done = total == 0 ? width : (int) (bytes * width / total);
    root.terminal()
        .progress(
            String.format(
                Locale.ROOT,
                "[%s%s] %3d %%  %,d records  %,.0f/s  %d rejected",
                "#".repeat(done),
                "-".repeat(width - done),
                total == 0 ? 100 : bytes * 100 / total,
                records,
                records / Math.max(seconds, 0.001),
                rejected));
  }
}
