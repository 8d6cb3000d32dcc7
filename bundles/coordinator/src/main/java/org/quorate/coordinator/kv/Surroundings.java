package org.quorate.coordinator.kv;

import java.security.SecureRandom;

/** Time and chance, as a coordinator needs them; a simulation has its own. Thread-safe. */
public interface Surroundings {
  /** Those of this process. */
  Surroundings REAL =
      new Surroundings() {
        private final SecureRandom random = new SecureRandom();

        @Override
        public long nowMs() {
          return System.nanoTime() / 1_000_000;
        }

        @Override
        public long wallMs() {
          return System.currentTimeMillis();
        }

        @Override
        public void random(byte[] into) {
          random.nextBytes(into);
        }
      };

  /** Milliseconds of a clock that never goes back. */
  long nowMs();

  /** Milliseconds since 1970; only to be shown. */
  long wallMs();

  /** Fills an array with what nobody can guess. */
  void random(byte[] into);
}
