package org.quorate.simulator;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;

class MainTest {
  private final ByteArrayOutputStream printed = new ByteArrayOutputStream();

  private int run(String... args) {
    PrintStream out = new PrintStream(printed, true, StandardCharsets.UTF_8);
    return Main.run(args, out, out);
  }

  private String printed() {
    return printed.toString(StandardCharsets.UTF_8);
  }

  @Test
  void badArgumentsAreNamed() {
    assertEquals(2, run("--seeds", "5..x"));
    assertTrue(printed().contains("5..x is no number"), printed());
    assertEquals(2, run("--seeds", "5..1"));
    assertEquals(2, run("--speed"));
    assertEquals(2, run("--strategy"));
  }

  @Test
  void anUnknownStrategyIsNamed() {
    assertEquals(2, run("--strategy", "none", "--seed", "1"));
    assertTrue(printed().contains("no strategy none"), printed());
  }
}
