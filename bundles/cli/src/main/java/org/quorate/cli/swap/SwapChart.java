package org.quorate.cli.swap;

import java.util.ArrayDeque;
import java.util.Locale;
import org.quorate.cli.Terminal;
import org.quorate.cli.swap.SwapDemo.Sample;
import org.quorate.cli.swap.SwapRounds.Round;

/**
 * Shows a demonstration while it runs. To a person: a line that moves in place, with a chart of the
 * last seconds, one column for each tenth of a second, and a line that stays for each swap. Elsewhere:
 * plain lines, ten samples together.
 */
public final class SwapChart implements SwapDemo.Listener {
  private static final int COLUMNS = 40;
  private static final int PLAIN_EVERY = 10;
  private static final String BARS = " \u2581\u2582\u2583\u2584\u2585\u2586\u2587\u2588";

  private final Terminal terminal;
  private final ArrayDeque<Integer> last = new ArrayDeque<>();
  private int highest = 1;
  private int samples;
  private int acknowledged;
  private double pauseMs;

  public SwapChart(Terminal terminal) {
    this.terminal = terminal;
  }

  @Override
  public void say(String line) {
    stay(line);
  }

  @Override
  public void sample(Sample s) {
    highest = Math.max(highest, s.acknowledged());
    last.addLast(s.acknowledged());
    if (last.size() > COLUMNS) {
      last.removeFirst();
    }
    samples++;
    acknowledged += s.acknowledged();
    pauseMs = Math.max(pauseMs, s.pauseMs());
    if (terminal.interactive()) {
      terminal.progress(line(s, s.acknowledged() * 10, chart()));
    }
    if (samples % PLAIN_EVERY == 0) {
      if (!terminal.interactive()) {
        terminal.progress(line(s, acknowledged, ""));
      }
      acknowledged = 0;
      pauseMs = 0;
    }
  }

  private String line(Sample s, int perSecond, String chart) {
    return String.format(
        Locale.ROOT,
        "%6.1f s  %-15s %7d/s  %sno answer for %5.1f ms  failed %d",
        s.seconds(),
        s.strategy(),
        perSecond,
        chart,
        pauseMs,
        s.failed());
  }

  private String chart() {
    StringBuilder bars = new StringBuilder("|");
    for (int value : last) {
      bars.append(BARS.charAt((value * (BARS.length() - 1) + highest - 1) / highest));
    }
    for (int i = last.size(); i < COLUMNS; i++) {
      bars.append(' ');
    }
    return bars.append("|  ").toString();
  }

  @Override
  public void ended(Round r) {
    stay(
        String.format(
            Locale.ROOT,
            "swap %d, %s to %s: pause %.1f ms (%.1f ms in the second before), "
                + "%d/s before, %d/s after, failed %d",
            r.number(),
            r.from(),
            r.to(),
            r.pauseMs(),
            r.usualMs(),
            r.beforePerSecond(),
            r.afterPerSecond(),
            r.failed()));
  }

  /** A line that is not overwritten. */
  private void stay(String line) {
    terminal.progress(line);
    terminal.progressDone();
  }
}
