package org.quorate.runtime.node;

import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.BufferedWriter;
import java.io.FileOutputStream;
import java.io.IOException;
import java.io.OutputStreamWriter;
import java.io.UncheckedIOException;
import java.io.Writer;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.quorate.api.Bytes;
import org.quorate.api.Outcome;
import org.quorate.core.history.Remains;
import org.quorate.core.history.TailHash;
import org.quorate.core.log.Fork;
import org.quorate.core.log.LogRecord;
import org.quorate.core.replica.ReplicaConfig;
import org.quorate.spi.state.KeyOperation;
import org.quorate.spi.state.StateMachine;

/**
 * The commands that a replica has of a history that ended, beyond the point where the group left it:
 * one JSON object a line. A record that the group may have as well, since nobody can tell, is
 * exported too. Blocks.
 */
final class HistoryExport {
  private static final ObjectMapper JSON = new ObjectMapper();

  private final ReplicaConfig config;
  private final ReplicaConfig next;
  private final Fork fork;
  private final StateMachine machine;
  private final List<Remains.Kept> shared = new ArrayList<>();
  private final List<Remains.Kept> beyond = new ArrayList<>();
  private final TailHash hash = new TailHash();
  private long firstSeen;
  private long lines;

  /**
   * What was written.
   *
   * @param file null if there was nothing beyond the fork
   * @param position of the last record that the node has
   * @param lines records and changes in the file
   */
  record Result(Path file, long position, long lines) {}

  HistoryExport(ReplicaConfig config, ReplicaConfig next, Fork fork, StateMachine machine) {
    this.config = config;
    this.next = next;
    this.fork = fork;
    this.machine = machine;
  }

  /** Takes a record that the replica has. */
  void record(Remains.Kept kept) {
    firstSeen = firstSeen == 0 ? kept.position() : firstSeen;
    if (kept.position() > fork.position()) {
      beyond.add(kept);
    } else if (kept.position() > fork.certain()) {
      shared.add(kept);
      hash.add(kept.payload());
    }
  }

  /** Whether the replica has what the founder took over beyond what surely everybody had. */
  private boolean sameTail() {
    return shared.size() == fork.position() - fork.certain() && hash.value() == fork.tailHash();
  }

  /** Writes the file, on disk when it returns, unless there is nothing to write. */
  Result write(Remains remains, Path folder) {
    List<Remains.Kept> lost = new ArrayList<>();
    boolean same = sameTail();
    if (!same) {
      lost.addAll(shared);
    }
    lost.addAll(beyond);
    long first = lost.isEmpty() ? Math.max(1, firstSeen) : lost.get(0).position();
    lost.removeIf(kept -> !(kept.record() instanceof LogRecord.Command));
    long from = same ? fork.position() : fork.certain();
    long last = remains.log().position();
    boolean complete = first <= from + 1;
    if (last <= from || complete && lost.isEmpty()) {
      return new Result(null, last, 0);
    }
    try {
      Files.createDirectories(folder);
      Path file = fresh(folder);
      try (FileOutputStream out = new FileOutputStream(file.toFile());
          Writer text =
              new BufferedWriter(new OutputStreamWriter(out, StandardCharsets.UTF_8), 1 << 16)) {
        line(text, header(from, last, first));
        if (!complete) {
          boolean told =
              machine.changes(remains.log().view(), fork.version(), (v, op) -> change(text, v, op));
          if (!told) {
            line(text, Map.of("type", "missing", "from", from + 1, "to", first - 1));
          }
        }
        for (Remains.Kept kept : lost) {
          line(text, record(kept, remains.certain()));
        }
        text.flush();
        out.getFD().sync();
      }
      return new Result(file, last, lines);
    } catch (IOException e) {
      throw new UncheckedIOException("exporting history " + Fork.hex(config.historyId()), e);
    }
  }

  /** An earlier export is kept. */
  private Path fresh(Path folder) {
    String name = config.group().name() + "-" + Fork.hex(config.historyId());
    Path file = folder.resolve(name + ".ndjson");
    for (int i = 2; Files.exists(file); i++) {
      file = folder.resolve(name + "-" + i + ".ndjson");
    }
    return file;
  }

  private Map<String, Object> header(long from, long last, long first) {
    Map<String, Object> line = new LinkedHashMap<>();
    line.put("type", "export");
    line.put("group", config.group().name());
    line.put("history", Fork.hex(config.historyId()));
    line.put("next", Fork.hex(next.historyId()));
    line.put("forkPosition", fork.position());
    line.put("forkVersion", fork.version());
    line.put("from", from + 1);
    line.put("to", last);
    line.put("recordsFrom", first);
    return line;
  }

  private Map<String, Object> record(Remains.Kept kept, long decided) {
    Map<String, Object> line = new LinkedHashMap<>();
    line.put("type", "record");
    line.put("position", kept.position());
    line.put("decided", kept.position() <= decided ? "yes" : "unknown");
    LogRecord.Command command = (LogRecord.Command) kept.record();
    line.put("node", command.node().utf8());
    line.put("session", command.proposal().session());
    line.put("sequence", command.proposal().sequence());
    line.put("operations", operations(command.proposal().command()));
    if (kept.outcome() instanceof Outcome.Committed done) {
      line.put("version", done.gtid().version());
    } else if (kept.outcome() != null) {
      line.put("refused", kept.outcome().toString());
    }
    return line;
  }

  private List<Map<String, Object>> operations(Bytes command) {
    List<KeyOperation> known = machine.operations(command);
    if (known.isEmpty()) {
      Map<String, Object> raw = new LinkedHashMap<>();
      put(raw, "command", command);
      return List.of(raw);
    }
    return known.stream().map(HistoryExport::operation).toList();
  }

  private static Map<String, Object> operation(KeyOperation operation) {
    Map<String, Object> one = new LinkedHashMap<>();
    one.put("operation", operation.name());
    put(one, "key", operation.key());
    if (operation.value() != null) {
      put(one, "value", operation.value());
    }
    return one;
  }

  /** As text where it is UTF-8, else in Base64 under a name that says so. */
  private static void put(Map<String, Object> line, String name, Bytes bytes) {
    byte[] raw = bytes.toByteArray();
    try {
      line.put(name, StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(raw)).toString());
    } catch (CharacterCodingException e) {
      line.put(name + "Base64", Base64.getEncoder().encodeToString(raw));
    }
  }

  private void change(Writer to, long version, KeyOperation operation) {
    Map<String, Object> line = new LinkedHashMap<>();
    line.put("type", "change");
    line.put("version", version);
    line.putAll(operation(operation));
    try {
      line(to, line);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private void line(Writer to, Map<String, Object> line) throws IOException {
    to.write(JSON.writeValueAsString(line));
    to.write('\n');
    lines += line.get("type").equals("export") ? 0 : 1;
  }
}
