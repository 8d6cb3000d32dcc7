package org.quorate.cli.command;

import java.io.BufferedReader;
import java.io.Console;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.Callable;
import org.quorate.cli.CliException;
import org.quorate.cli.ExitCode;
import org.quorate.runtime.api.AccessRole;
import org.quorate.runtime.auth.Secrets;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

@Command(
    name = "credential",
    description = {
      "Makes the line of a users file (auth.users) for somebody.",
      "Reads a password from the terminal or standard input, or makes a random token."
    },
    footer = {"", "Example: quorate credential ann --role operator --random-token"})
final class CredentialCommand implements Callable<Integer> {
  private static final int MIN_PASSWORD = 8;

  @Parameters(paramLabel = "NAME", description = "Who it is for.")
  private String name;

  @Option(
      names = "--role",
      required = true,
      paramLabel = "ROLE",
      description = "viewer, operator or admin.")
  private AccessRole role;

  @Option(names = "--random-token", description = "Make a token; it is shown once.")
  private boolean token;

  private final Root root;

  CredentialCommand(Root root) {
    this.root = root;
  }

  @Override
  public Integer call() throws IOException {
    String secret = token ? Secrets.newToken() : password();
    String kept = token ? Secrets.ofToken(secret) : Secrets.ofPassword(secret);
    String line =
        "- {name: %s, role: %s, %s: \"%s\"}"
            .formatted(name, role.word(), token ? "token" : "password", kept);
    if (root.json()) {
      Map<String, String> answer = new LinkedHashMap<>();
      answer.put("line", line);
      if (token) {
        answer.put("token", secret);
      }
      root.print(answer);
    } else {
      root.terminal().out().println(line);
      if (token) {
        root.terminal().err().println("the token, which is kept nowhere: " + secret);
      }
    }
    return ExitCode.OK;
  }

  private static String password() throws IOException {
    Console console = System.console();
    String password;
    if (console != null) {
      password = new String(console.readPassword("password: "));
    } else {
      password =
          new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8)).readLine();
    }
    if (password == null || password.length() < MIN_PASSWORD) {
      throw new CliException(
          ExitCode.USAGE,
          "a password has at least " + MIN_PASSWORD + " characters",
          "type one, or use --random-token");
    }
    return password;
  }
}
