package org.quorate.management;

import org.quorate.runtime.api.WhyStep;

/**
 * A step of the walk from configuration to quorum.
 *
 * @param next what to do, null when all is well
 */
public record WhyView(String layer, boolean ok, String finding, String next) {
  static WhyView of(WhyStep s) {
    return new WhyView(s.layer(), s.ok(), s.finding(), s.todo().isEmpty() ? null : s.todo());
  }
}
