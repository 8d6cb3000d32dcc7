package org.quorate.cli;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileSystemException;
import java.nio.file.NoSuchFileException;
import org.quorate.cli.command.Root;
import org.quorate.management.Json;
import picocli.CommandLine;

/** Entry of the command line. */
public final class Main {
  private Main() {}

  public static void main(String[] args) {
    int exit = run(Terminal.system(), args);
    System.out.flush();
    System.err.flush();
    // Not a return: threads of a client that does not end must not keep the process.
    Runtime.getRuntime().exit(exit);
  }

  /** Runs one command; the exit code is one of {@link ExitCode}. */
  public static int run(Terminal terminal, String... args) {
    Root root = new Root(terminal);
    CommandLine commands = root.tree(args);
    commands.setParameterExceptionHandler(
        (e, given) -> {
          String usage = e.getCommandLine().getCommandSpec().qualifiedName();
          return failed(terminal, root, ExitCode.USAGE, e.getMessage(), "see " + usage + " --help");
        });
    commands.setExecutionExceptionHandler(
        (e, command, result) -> {
          if (e instanceof CliException c) {
            return failed(terminal, root, c.exitCode(), c.getMessage(), c.next());
          }
          if (e instanceof org.quorate.management.OperationException o) {
            return failed(
                terminal, root, ExitCode.USAGE, o.failure().message(), o.failure().next());
          }
          if (e instanceof InterruptedException) {
            return failed(terminal, root, ExitCode.FAILED, "interrupted", "run it again");
          }
          if (e instanceof FileSystemException f) {
            return failed(
                terminal, root, ExitCode.FAILED, reason(f), "check the name and who may use it");
          }
          if (Boolean.getBoolean("quorate.trace")) {
            e.printStackTrace(terminal.err());
          }
          return failed(
              terminal,
              root,
              ExitCode.FAILED,
              e.toString(),
              "run it with QUORATE_JAVA_OPTS=-Dquorate.trace=true and report the trace");
        });
    return commands.execute(args);
  }

  /** These exceptions tell by their class what the matter is; their message is a path. */
  private static String reason(FileSystemException e) {
    String what =
        e instanceof NoSuchFileException
            ? "there is no such file or folder"
            : e instanceof AccessDeniedException ? "no permission" : e.getReason();
    return "cannot use "
        + e.getFile()
        + ": "
        + (what == null ? e.getClass().getSimpleName() : what);
  }

  private static int failed(Terminal terminal, Root root, int exit, String message, String next) {
    if (root.json()) {
      ObjectNode error = JsonNodeFactory.instance.objectNode();
      error.put("error", message);
      error.put("next", next);
      error.put("exitCode", exit);
      terminal.err().println(Json.text(error));
    } else {
      terminal.err().println("error: " + message);
      if (next != null) {
        terminal.err().println("next:  " + next);
      }
    }
    terminal.err().flush();
    return exit;
  }
}
