package org.quorate.spi.coordination;

import java.util.Set;
import java.util.TreeSet;

/**
 * Who is waited for: each expected member answers with a key {@code path/<member>}, which should be
 * owned by its session.
 *
 * @param expected names that make keys below the path
 * @param live a path where {@code live/<member>} exists as long as the member is well; who is not there
 *     when the wait begins, or vanishes or comes back anew while it lasts, is waited for no more. Empty
 *     to wait for all
 * @param timeoutMs how long to wait, in milliseconds, up to {@link CoordinationLimits#POLL_MS}
 */
public record BarrierSpec(String path, Set<String> expected, String live, long timeoutMs) {
  public BarrierSpec {
    Keys.check(path);
    expected = new TreeSet<>(expected);
    for (String member : expected) {
      Keys.check(path + "/" + member);
      if (member.indexOf('/') >= 0) {
        throw new CoordinationException(
            CoordinationException.Code.INVALID, "member '" + member + "' is not one name");
      }
    }
    Keys.path(live);
    CoordinationLimits.range("timeout.ms", timeoutMs, 0, CoordinationLimits.POLL_MS);
  }
}
