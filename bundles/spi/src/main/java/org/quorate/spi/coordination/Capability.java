package org.quorate.spi.coordination;

/** What a provider may lack. Everything else of {@link Coordinator} works on each of them. */
public enum Capability {
  /** {@link RangeQuery#revision()} other than 0. */
  OLD_REVISIONS,
  /** {@link Condition.ValueEquals}. */
  VALUE_CONDITIONS,
  /** {@link Condition.TreeEmpty} and {@link Condition.TreeNotPutSince}. */
  RANGE_CONDITIONS
}
