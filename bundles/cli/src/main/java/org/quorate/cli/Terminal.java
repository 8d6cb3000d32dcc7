package org.quorate.cli;

import java.io.PrintStream;
import java.nio.file.Path;
import java.util.List;
import org.quorate.management.Json;
import org.quorate.management.TableFormat;

/**
 * Where a command reads its surroundings from and writes to.
 *
 * @param out results
 * @param err progress and errors
 * @param interactive whether a person watches err: progress moves in place
 * @param directory what relative paths start from
 */
public record Terminal(PrintStream out, PrintStream err, boolean interactive, Path directory) {

  /** The process's own. */
  public static Terminal system() {
    boolean watched = System.console() != null && System.getenv("TERM") != null;
    return new Terminal(System.out, System.err, watched, Path.of("").toAbsolutePath());
  }

  /** A path as the user meant it. */
  public Path resolve(Path path) {
    return directory.resolve(path).normalize();
  }

  /** Prints an answer as JSON or as a table. */
  public void print(Object answer, boolean json) {
    if (json) {
      out.println(Json.pretty(answer));
    } else {
      out.print(TableFormat.format(answer));
    }
    out.flush();
  }

  /** Prints rows as a table. */
  public void table(List<String> header, List<List<String>> rows) {
    out.print(TableFormat.rows(header, rows));
    out.flush();
  }

  /** Shows how far it is: in place for a person, as a line otherwise. */
  public void progress(String line) {
    if (interactive) {
      err.print("\r\033[K" + line);
    } else {
      err.println(line);
    }
    err.flush();
  }

  /** Ends a progress line that moved in place. */
  public void progressDone() {
    if (interactive) {
      err.println();
      err.flush();
    }
  }
}
