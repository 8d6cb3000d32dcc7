package org.quorate.cli.load;

import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.PushbackInputStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.CompletionStage;
import java.util.function.Function;
import java.util.zip.GZIPInputStream;
import org.quorate.api.kv.Compare;
import org.quorate.api.kv.KvCommand;
import org.quorate.api.kv.KvLimits;
import org.quorate.api.kv.KvResult;
import org.quorate.cli.CliException;
import org.quorate.cli.ExitCode;

/**
 * Loads a file into a group, record by record, without ever holding more than the batches on their
 * way. Every record is written only if its key holds another value, so loading twice changes
 * nothing; how far it came is kept beside the file, so a load that was cut off goes on.
 */
public final class Loader {
  private static final long CHECKPOINT_RECORDS = 10_000;
  private static final long PROGRESS_MS = 200;

  /** A batch is sent when its keys and values reach this. */
  private static final int BATCH_BYTES = 256 << 10;

  /** Most that a row adds to a command beyond its key and value, which it has twice. */
  private static final int ROW_BYTES = 64;

  /**
   * How to load.
   *
   * @param batch records in one transaction
   * @param inFlight transactions on their way at once
   * @param rejects file for what is refused
   * @param restart ignores how far an earlier load came
   * @param maxRecordBytes longest record
   * @param maxCommandBytes longest command that the group takes
   */
  public record Settings(
      FileFormat format,
      int batch,
      int inFlight,
      Path rejects,
      boolean restart,
      int maxRecordBytes,
      int maxCommandBytes) {}

  /**
   * What became of the records.
   *
   * @param records in the file, without a header
   * @param written put under their key
   * @param unchanged whose key held the value already
   * @param rejected see the file of rejects
   * @param skipped acknowledged to an earlier load that was cut off
   */
  public record Report(
      long records,
      long written,
      long unchanged,
      long rejected,
      long skipped,
      double seconds,
      long perSecond,
      String rejects) {}

  /** Told how far it is, every now and then, on the loading thread. */
  public interface Progress {
    /**
     * A moment of the load.
     *
     * @param bytes read of the file so far, of {@code total}
     */
    void at(long bytes, long total, long records, long rejected, double seconds);
  }

  private final Function<KvCommand, CompletionStage<KvResult>> target;
  private final KvLimits limits;
  private final Settings settings;
  private final Progress progress;

  public Loader(
      Function<KvCommand, CompletionStage<KvResult>> target,
      KvLimits limits,
      Settings settings,
      Progress progress) {
    this.target = target;
    this.limits = limits;
    this.settings = settings;
    this.progress = progress;
  }

  /**
   * Loads a file; blocks until its last record is acknowledged.
   *
   * @param targetName what it is loaded into: a checkpoint of another target, or of the file read
   *     in another way, does not count
   * @throws CliException when the cluster gave up; a later load goes on from there
   */
  public Report load(Path file, String targetName) throws IOException, InterruptedException {
    LoadCheckpoint checkpoint = new LoadCheckpoint(file, targetName + " " + settings.format());
    long done = settings.restart() ? 0 : checkpoint.read();
    try (CountingInput counted = new CountingInput(Files.newInputStream(file));
        InputStream in = unpacked(counted);
        Rejects rejects = new Rejects(settings.rejects(), done > 0)) {
      Run run = new Run(in, counted, Files.size(file), rejects, checkpoint, done);
      return run.all();
    }
  }

  /** Records in a file, without a header; reads all of it. */
  public static long count(Path file, FileFormat format, int maxRecordBytes) throws IOException {
    try (InputStream in = unpacked(Files.newInputStream(file))) {
      boolean csv = format.kind() == FileFormat.Kind.CSV;
      RawReader reader = new RawReader(in, csv, maxRecordBytes);
      long records = csv && format.header() ? -1 : 0;
      while (reader.next() != null) {
        records++;
      }
      return Math.max(0, records);
    }
  }

  private static InputStream unpacked(InputStream raw) throws IOException {
    PushbackInputStream in = new PushbackInputStream(new BufferedInputStream(raw, 64 << 10), 2);
    byte[] magic = in.readNBytes(2);
    in.unread(magic);
    boolean gzip = magic.length == 2 && magic[0] == (byte) 0x1f && magic[1] == (byte) 0x8b;
    return gzip ? new GZIPInputStream(in, 64 << 10) : in;
  }

  /** One load. */
  private final class Run {
    private final RawReader reader;
    private final RowParser parser = new RowParser(settings.format());
    private final CountingInput counted;
    private final long total;
    private final Rejects rejects;
    private final LoadCheckpoint checkpoint;
    private final long done;
    private final InFlight inFlight;
    private final long startedNs = System.nanoTime();
    private long records;
    private long skipped;
    private long saved;
    private long shownMs;

    Run(
        InputStream in,
        CountingInput counted,
        long total,
        Rejects rejects,
        LoadCheckpoint checkpoint,
        long done)
        throws IOException {
      this.reader =
          new RawReader(
              in, settings.format().kind() == FileFormat.Kind.CSV, settings.maxRecordBytes());
      this.counted = counted;
      this.total = total;
      this.rejects = rejects;
      this.checkpoint = checkpoint;
      this.done = done;
      this.saved = done;
      this.inFlight = new InFlight(target, rejects, settings.inFlight(), done);
    }

    Report all() throws IOException, InterruptedException {
      Batch batch = new Batch();
      try {
        RawRecord raw;
        while ((raw = reader.next()) != null) {
          if (parser.wantsHeader()) {
            header(raw);
            continue;
          }
          records++;
          batch = take(raw, batch);
        }
        inFlight.send(batch);
        inFlight.drain();
      } catch (InFlight.Stopped e) {
        boolean here = e.getCause() instanceof UncheckedIOException; // the file of rejects
        if (!here) {
          rejects.flush();
          checkpoint.write(inFlight.acknowledged());
        }
        throw new CliException(
            here ? ExitCode.FAILED : ExitCode.UNREACHABLE,
            "the load stopped after record " + inFlight.acknowledged() + ": " + e.getMessage(),
            (here ? "make room" : "see 'quorate status'")
                + ", then run the same command again: it goes on from there",
            e);
      }
      checkpoint.delete();
      return report();
    }

    private void header(RawRecord raw) {
      try {
        parser.header(raw);
      } catch (BadRecord e) {
        throw new CliException(
            ExitCode.USAGE, e.getMessage(), "name another column, or say --no-header", e);
      }
    }

    private Batch take(RawRecord raw, Batch current) throws IOException, InterruptedException {
      Batch batch = current;
      if (raw.number() <= done) {
        skipped++;
        return batch;
      }
      batch.upTo(raw.number());
      Row row = parse(raw);
      if (row != null) {
        if (batch.size() > 0 && commandBytes(batch, row) > settings.maxCommandBytes()) {
          batch.upTo(raw.number() - 1);
          inFlight.send(batch);
          batch = new Batch();
          batch.upTo(raw.number());
        }
        if (inFlight.holds(row.key()) || batch.holds(row.key())) {
          // The later of two records of one key must win, whatever a retry does to the order.
          batch.upTo(raw.number() - 1);
          inFlight.send(batch);
          inFlight.drain();
          batch = new Batch();
          batch.upTo(raw.number());
        }
        batch.add(row, raw);
      }
      if (batch.size() >= settings.batch() || batch.bytes() >= BATCH_BYTES) {
        inFlight.send(batch);
        batch = new Batch();
        after();
      }
      return batch;
    }

    private Row parse(RawRecord raw) {
      try {
        Row row = parser.row(raw);
        KvLimits.Violation broken = limits.violation(KvCommand.put(row.key(), row.value()));
        if (broken != null) {
          rejects.add(raw, broken.message());
        } else if (!fits(row)) {
          rejects.add(
              raw,
              "a value of "
                  + row.value().length()
                  + " bytes makes a command longer than command.max.bytes of the group, "
                  + settings.maxCommandBytes());
        } else {
          return row;
        }
      } catch (BadRecord e) {
        rejects.add(raw, e.getMessage());
      }
      return null;
    }

    private boolean fits(Row row) {
      return commandBytes(new Batch(), row) <= settings.maxCommandBytes()
          || putIfDifferent(List.of(row)).encode().length() <= settings.maxCommandBytes();
    }

    /** No less than what a batch makes together with one more row. */
    private static long commandBytes(Batch batch, Row row) {
      long content = batch.bytes() + row.key().length() + row.value().length();
      return 2 * content + (batch.size() + 2L) * ROW_BYTES;
    }

    private void after() throws IOException {
      long acknowledged = inFlight.acknowledged();
      if (acknowledged - saved >= CHECKPOINT_RECORDS) {
        rejects.flush();
        checkpoint.write(acknowledged);
        saved = acknowledged;
      }
      long ms = (System.nanoTime() - startedNs) / 1_000_000;
      if (ms - shownMs >= PROGRESS_MS) {
        shownMs = ms;
        progress.at(counted.count(), total, records, rejects.count(), ms / 1000.0);
      }
    }

    private Report report() {
      double seconds = (System.nanoTime() - startedNs) / 1e9;
      progress.at(total, total, records, rejects.count(), seconds);
      long sent = records - skipped;
      return new Report(
          records,
          inFlight.written(),
          inFlight.unchanged(),
          rejects.count(),
          skipped,
          Math.round(seconds * 1000) / 1000.0,
          Math.round(sent / Math.max(seconds, 0.001)),
          rejects.count() == 0 ? null : settings.rejects().toString());
    }
  }

  /** The command that writes rows whose key holds something else. */
  static KvCommand putIfDifferent(List<Row> rows) {
    List<KvCommand> all = rows.stream().map(Loader::putIfDifferent).toList();
    return new KvCommand.Txn(List.of(), all, List.of());
  }

  private static KvCommand putIfDifferent(Row row) {
    return new KvCommand.Txn(
        List.of(Compare.value(row.key(), Compare.Op.EQUAL, row.value())),
        List.of(),
        List.of(KvCommand.put(row.key(), row.value())));
  }
}
