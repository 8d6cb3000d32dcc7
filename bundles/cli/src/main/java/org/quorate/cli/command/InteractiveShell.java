package org.quorate.cli.command;

import java.io.IOException;
import java.nio.file.Path;
import org.jline.reader.Candidate;
import org.jline.reader.EndOfFileException;
import org.jline.reader.LineReader;
import org.jline.reader.LineReaderBuilder;
import org.jline.reader.UserInterruptException;
import org.jline.terminal.TerminalBuilder;
import org.quorate.cli.Terminal;
import org.quorate.cli.cluster.ShellClient;

/** Reads lines with history and completion and runs them in a node's shell. */
final class InteractiveShell {
  private final ShellClient shell;
  private final String node;
  private final Terminal terminal;

  InteractiveShell(ShellClient shell, String node, Terminal terminal) {
    this.shell = shell;
    this.node = node;
    this.terminal = terminal;
  }

  /** Ends with {@code exit}, {@code quit} or the end of input. */
  void run() throws IOException {
    try (org.jline.terminal.Terminal screen = TerminalBuilder.builder().system(true).build()) {
      LineReader reader =
          LineReaderBuilder.builder()
              .terminal(screen)
              .appName("quorate")
              .variable(
                  LineReader.HISTORY_FILE,
                  Path.of(System.getProperty("user.home"), ".quorate_history"))
              .completer(
                  (line, parsed, candidates) ->
                      shell
                          .complete(parsed.line().substring(0, parsed.cursor()))
                          .forEach(c -> candidates.add(new Candidate(c))))
              .build();
      screen.writer().println("quorate:help lists the commands, Tab completes, exit leaves.");
      loop(reader);
    }
  }

  private void loop(LineReader reader) {
    while (true) {
      String line;
      try {
        line = reader.readLine(node + "> ").strip();
      } catch (UserInterruptException e) {
        continue;
      } catch (EndOfFileException e) {
        return;
      }
      if (line.equals("exit") || line.equals("quit")) {
        return;
      }
      if (!line.isEmpty()) {
        shell.run(line, piece -> terminal.out().writeBytes(piece));
        terminal.out().flush();
      }
    }
  }
}
