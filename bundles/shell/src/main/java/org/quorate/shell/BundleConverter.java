package org.quorate.shell;

import java.util.Arrays;
import org.apache.felix.service.command.Converter;
import org.osgi.framework.Bundle;
import org.osgi.framework.BundleContext;

/** Lets the framework's commands take a bundle by its number or its symbolic name. */
public final class BundleConverter implements Converter {
  private final BundleContext context;

  BundleConverter(BundleContext context) {
    this.context = context;
  }

  @Override
  public Object convert(Class<?> desired, Object in) {
    if (desired != Bundle.class) {
      return null;
    }
    String text = String.valueOf(in);
    return text.matches("[0-9]{1,9}")
        ? context.getBundle(Long.parseLong(text))
        : Arrays.stream(context.getBundles())
            .filter(b -> text.equals(b.getSymbolicName()))
            .findFirst()
            .orElse(null);
  }

  @Override
  public CharSequence format(Object target, int level, Converter escape) {
    return null;
  }
}
