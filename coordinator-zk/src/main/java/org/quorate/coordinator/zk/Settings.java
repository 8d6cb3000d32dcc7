package org.quorate.coordinator.zk;

import java.nio.file.Path;
import java.util.List;
import org.quorate.spi.config.Options;
import org.quorate.spi.config.Parameter;
import org.quorate.spi.coordination.CoordinationException;
import org.quorate.spi.coordination.CoordinationException.Code;

/**
 * Where the ensemble is and how it is used.
 *
 * @param connect {@code host:port,…}; empty for a server inside of this process
 * @param folder where that server keeps its data
 * @param quorumReads whether a read is preceded by a write of nothing, or only by a sync
 * @param folderEntries entries after which the log goes on in another folder
 */
record Settings(
    String connect,
    String root,
    String folder,
    int sessionMs,
    long connectMs,
    long requestMs,
    boolean quorumReads,
    long snapshotEntries,
    long snapshotBytes,
    long folderEntries) {
  static final Parameter CONNECT =
      text("coordinator.zk.connect", "", List.of(), "host:port,… of the servers; empty: embedded");
  static final Parameter ROOT =
      text("coordinator.zk.root", "/quorate", List.of(), "the node below which all is kept");
  static final Parameter FOLDER =
      text("coordinator.zk.dir", "", List.of(), "data folder of the embedded server");
  static final Parameter READS =
      text(
          "coordinator.zk.reads",
          "quorum",
          List.of("quorum", "sync"),
          "what comes before a read: a write of nothing, or ZooKeeper's sync, which a leader that"
              + " was cut off answers too");
  static final Parameter SESSION =
      Parameter.number(
              "coordinator.zk.session.ms",
              "ms",
              10_000,
              1_000,
              120_000,
              "a server silent for two thirds of it is left for another")
          .perNode();
  static final Parameter CONNECTING =
      Parameter.number(
              "coordinator.zk.connect.ms", "ms", 15_000, 100, 300_000, "longest wait for a server")
          .perNode();
  static final Parameter REQUEST =
      Parameter.number(
              "coordinator.zk.request.ms", "ms", 15_000, 100, 300_000, "longest wait for an answer")
          .perNode();
  static final Parameter SNAPSHOT_ENTRIES =
      Parameter.number(
              "coordinator.zk.snapshot.entries",
              "count",
              16_384,
              16,
              1_000_000,
              "changes after which a snapshot is stored; twice as many can be watched from")
          .perNode();
  static final Parameter SNAPSHOT_BYTES =
      Parameter.number(
              "coordinator.zk.snapshot.bytes",
              "bytes",
              16 << 20,
              1 << 10,
              1 << 30,
              "bytes of changes after which a snapshot is stored")
          .perNode();

  static final List<Parameter> PARAMETERS =
      List.of(
          CONNECT,
          ROOT,
          FOLDER,
          READS,
          SESSION,
          CONNECTING,
          REQUEST,
          SNAPSHOT_ENTRIES,
          SNAPSHOT_BYTES);

  private static final long FOLDER_ENTRIES = 1L << 28;

  private static Parameter text(
      String name, String fallback, List<String> choices, String description) {
    return new Parameter(
        name,
        Parameter.Type.TEXT,
        "",
        fallback,
        0,
        0,
        choices,
        Parameter.Scope.NODE,
        false,
        description);
  }

  /**
   * What options say.
   *
   * @param home where an embedded server keeps its data if they do not say, or null
   */
  static Settings of(Options options, Path home) {
    String connect = options.text(CONNECT).strip();
    String root = options.text(ROOT);
    String named = options.text(FOLDER).strip();
    String folder = named.isEmpty() && home != null ? home.toString() : named;
    if (!root.matches("(/[A-Za-z0-9._-]+)+") || root.matches("/zookeeper(/.*)?|.*/\\.\\.?(/.*)?")) {
      throw invalid(ROOT, root, "is not a path like /quorate, of letters, digits and . _ -");
    }
    if (!connect.isEmpty() && !connect.matches("[^\\s,/:]+:\\d{1,5}(,[^\\s,/:]+:\\d{1,5})*")) {
      throw invalid(CONNECT, connect, "is not host:port,host:port,…");
    }
    if (connect.isEmpty() && folder.isEmpty()) {
      throw invalid(
          CONNECT, "", "names no server; for an embedded one " + FOLDER.name() + " has to be set");
    }
    return new Settings(
        connect,
        root,
        folder,
        (int) options.number(SESSION),
        options.number(CONNECTING),
        options.number(REQUEST),
        options.text(READS).equals("quorum"),
        options.number(SNAPSHOT_ENTRIES),
        options.number(SNAPSHOT_BYTES),
        FOLDER_ENTRIES);
  }

  private static CoordinationException invalid(Parameter parameter, String value, String why) {
    return new CoordinationException(Code.INVALID, parameter.name() + " '" + value + "' " + why);
  }

  Settings withFolderEntries(long entries) {
    return new Settings(
        connect,
        root,
        folder,
        sessionMs,
        connectMs,
        requestMs,
        quorumReads,
        snapshotEntries,
        snapshotBytes,
        entries);
  }
}
