package org.quorate.core.config;

/** A parameter that is unknown, cannot be changed now, or whose value is out of its range. */
public final class ParameterException extends RuntimeException {
  private static final long serialVersionUID = 1L;
  private final String name;

  public ParameterException(String name, String message) {
    super(message);
    this.name = name;
  }

  /** Name of the parameter. */
  public String name() {
    return name;
  }
}
