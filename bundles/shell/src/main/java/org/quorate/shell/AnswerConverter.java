package org.quorate.shell;

import org.apache.felix.service.command.Converter;
import org.quorate.management.TableFormat;

/** Prints answers as tables. */
public final class AnswerConverter implements Converter {
  @Override
  public Object convert(Class<?> desired, Object in) {
    return null;
  }

  @Override
  public CharSequence format(Object target, int level, Converter escape) {
    return target instanceof Answer answer
        ? TableFormat.format(answer.value()).stripTrailing()
        : null;
  }
}
