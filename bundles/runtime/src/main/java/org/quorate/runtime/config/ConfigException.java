package org.quorate.runtime.config;

/** A configuration that is refused: the message names file, line, column, key and what is allowed. */
public final class ConfigException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  public ConfigException(String message) {
    super(message);
  }
}
