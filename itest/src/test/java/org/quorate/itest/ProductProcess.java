package org.quorate.itest;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.Predicate;

/** A product that is driven by lines, such as {@link FailoverProduct}, as a process, and what it has said. */
final class ProductProcess implements AutoCloseable {
  private static final long PATIENCE_S = 60;

  private final String name;
  private final Process process;
  private final List<String> said = new ArrayList<>();

  /**
   * Starts it.
   *
   * @param main whose main method takes the name and the addresses, and ends with its standard input
   */
  ProductProcess(Class<?> main, String name, List<String> addresses) throws IOException {
    this.name = name;
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.addAll(
        List.of("-XX:TieredStopAtLevel=1", "-XX:+UseSerialGC", "-Xmx96m", "-Xshare:auto"));
    command.addAll(List.of("-cp", System.getProperty("java.class.path")));
    command.add(main.getName());
    command.add(name);
    command.addAll(addresses);
    process = new ProcessBuilder(command).redirectErrorStream(true).start();
    Thread reader = new Thread(this::read, "product-process-" + name);
    reader.setDaemon(true);
    reader.start();
  }

  private void read() {
    try (BufferedReader lines =
        new BufferedReader(
            new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8))) {
      for (String line = lines.readLine(); line != null; line = lines.readLine()) {
        synchronized (said) {
          said.add(line);
          said.notifyAll();
        }
      }
    } catch (IOException e) {
      synchronized (said) {
        said.add("the end: " + e);
      }
    }
  }

  String name() {
    return name;
  }

  void say(String line) {
    try {
      process.getOutputStream().write((line + "\n").getBytes(StandardCharsets.UTF_8));
      process.getOutputStream().flush();
    } catch (IOException e) {
      throw new UncheckedIOException(this.toString(), e);
    }
  }

  /** The lines that it has said so far and that begin so. */
  List<String> said(String begin) {
    synchronized (said) {
      return said.stream().filter(l -> l.startsWith(begin)).toList();
    }
  }

  /** Waits until it has said a line that begins so, and that many of them. */
  String await(String begin, int count) throws InterruptedException {
    return await(begin + " (" + count + ")", lines -> lines.size() >= count, begin).get(count - 1);
  }

  private List<String> await(String what, Predicate<List<String>> enough, String begin)
      throws InterruptedException {
    long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(PATIENCE_S);
    synchronized (said) {
      while (!enough.test(said(begin))) {
        long leftMs = TimeUnit.NANOSECONDS.toMillis(end - System.nanoTime());
        if (leftMs <= 0 || !process.isAlive()) {
          throw new AssertionError("no " + what + " from " + this);
        }
        said.wait(Math.min(leftMs, 200));
      }
      return said(begin);
    }
  }

  void signal(String signal) throws IOException, InterruptedException {
    Process kill = new ProcessBuilder("kill", "-" + signal, "" + process.pid()).start();
    assertEquals(0, kill.waitFor(), "kill -" + signal);
  }

  void kill() throws InterruptedException {
    process.destroyForcibly().waitFor();
  }

  boolean alive() {
    return process.isAlive();
  }

  @Override
  public String toString() {
    synchronized (said) {
      String text = String.join("\n", said);
      return name + (process.isAlive() ? "" : ", which has ended") + ":\n" + text;
    }
  }

  /** Also one that is stopped dies of SIGKILL. */
  @Override
  public void close() {
    process.destroyForcibly();
  }
}
