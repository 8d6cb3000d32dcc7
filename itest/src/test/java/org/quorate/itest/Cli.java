package org.quorate.itest;

import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** The command line of the distribution, run as a user does: by its launcher, as a process of its own. */
public final class Cli {
  private static final int PATIENCE_S = 240;

  private final Path home = Distribution.ofThisBuild().home();
  private final Path data;
  private final int patienceS;

  /** Commands on the cluster in a directory. */
  public Cli(Path data) {
    this(data, PATIENCE_S);
  }

  /** The same, with a patience in seconds for each command. */
  public Cli(Path data, int patienceS) {
    this.data = data;
    this.patienceS = patienceS;
  }

  /** What a command printed and how it ended. */
  public record Result(int exit, String out, String err) {
    public JsonArray array() {
      return new JsonArray(out);
    }

    public JsonObject object() {
      return new JsonObject(out);
    }

    @Override
    public String toString() {
      return "exit " + exit + "\n" + out + "\n" + err;
    }
  }

  /** Runs a command that must succeed. */
  public Result ok(String... words) throws IOException, InterruptedException {
    Result result = run(words);
    if (result.exit() != 0) {
      throw new AssertionError("quorate " + String.join(" ", words) + ": " + result);
    }
    return result;
  }

  /** Runs a command. */
  public Result run(String... words) throws IOException, InterruptedException {
    return launch("quorate", words);
  }

  /** Runs a command of a launcher in the distribution's folder {@code bin}. */
  public Result launch(String launcher, String... words) throws IOException, InterruptedException {
    List<String> command = new ArrayList<>();
    command.add(home.resolve("bin").resolve(launcher).toString());
    command.addAll(Arrays.asList(words));
    command.addAll(List.of("--data", data.toString()));
    Path out = Files.createTempFile("cli", ".out");
    Path err = Files.createTempFile("cli", ".err");
    try {
      ProcessBuilder builder =
          new ProcessBuilder(command)
              .redirectInput(new File("/dev/null"))
              .redirectOutput(out.toFile())
              .redirectError(err.toFile());
      builder.environment().put("JAVA_HOME", System.getProperty("java.home"));
      Process process = builder.start();
      try {
        if (!process.waitFor(patienceS, TimeUnit.SECONDS)) {
          throw new AssertionError("no end of " + launcher + " " + String.join(" ", words));
        }
      } finally {
        process.destroyForcibly().waitFor(); // also where the test is given up meanwhile
      }
      return new Result(process.exitValue(), Files.readString(out), Files.readString(err));
    } finally {
      Files.delete(out);
      Files.delete(err);
    }
  }
}
