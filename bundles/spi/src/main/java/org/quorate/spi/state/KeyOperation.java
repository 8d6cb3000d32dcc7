package org.quorate.spi.state;

import org.quorate.api.Bytes;

/**
 * What happens to a key, for exports that people read.
 *
 * @param name the state machine's word: {@code put}, {@code delete} …
 * @param value that goes with it; null if there is none
 */
public record KeyOperation(String name, Bytes key, Bytes value) {}
