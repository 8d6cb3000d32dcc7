package org.quorate.cli.bench.peer;

import java.io.IOException;
import java.io.OutputStream;
import java.lang.reflect.InvocationTargetException;
import java.util.Arrays;

/** Runs another program's main method and ends with the process that holds the other end of its input. */
public final class WithParent {
  private WithParent() {}

  /** The class whose main method is wanted, then its arguments. */
  public static void main(String[] args) throws ReflectiveOperationException {
    Thread parent =
        new Thread(
            () -> {
              try {
                System.in.transferTo(OutputStream.nullOutputStream());
              } catch (IOException gone) {
                Runtime.getRuntime().halt(2);
              }
              Runtime.getRuntime().halt(1);
            },
            "with-parent");
    parent.setDaemon(true);
    parent.start();
    Object rest = Arrays.copyOfRange(args, 1, args.length);
    try {
      Class.forName(args[0]).getMethod("main", String[].class).invoke(null, rest);
    } catch (InvocationTargetException e) {
      e.getCause().printStackTrace();
      Runtime.getRuntime().halt(1);
    }
  }
}
