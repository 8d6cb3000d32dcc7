package org.quorate.tck.storage;

import java.nio.file.Path;
import java.util.function.Function;
import org.quorate.spi.storage.StateStorage;
import org.quorate.spi.storage.StateStore;

/**
 * The process that {@link StateStoreKillContract} kills: commits step after step, and says which is
 * durable. Every 25th step replaces the whole content.
 */
public final class StateKillChild {
  private static final int REPLACE_EVERY = 25;

  private StateKillChild() {}

  /** Arguments: class of the storage's factory, folder, seed. Ends when it is killed, or nobody listens. */
  public static void main(String[] args) throws ReflectiveOperationException {
    try (StateStorage storage = storage(args[0], Path.of(args[1]));
        StateStore store = storage.open(StateStoreFixture.GROUP)) {
      StateSteps steps = StateSteps.upTo(Long.parseLong(args[2]), store.applied());
      while (true) {
        if ((steps.step() + 1) % REPLACE_EVERY == 0) {
          steps.next();
          store.replace(StateSteps.cursor(steps.state()), steps.step());
        } else {
          store.commit(steps.next());
        }
        System.out.println(steps.step());
        if (System.out.checkError()) {
          return; // nobody is left to whom it could be told
        }
      }
    }
  }

  /** Makes a storage with the no-argument constructor of its factory. */
  static StateStorage storage(String factory, Path dir) throws ReflectiveOperationException {
    Object made = Class.forName(factory).getDeclaredConstructor().newInstance();
    if (made instanceof Function<?, ?> function) {
      @SuppressWarnings("unchecked")
      Function<Path, StateStorage> typed = (Function<Path, StateStorage>) function;
      return typed.apply(dir);
    }
    throw new IllegalArgumentException(factory + " is not a function from a folder to a storage");
  }
}
