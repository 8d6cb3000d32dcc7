package org.quorate.assembly;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.lang.ref.WeakReference;
import java.net.URL;
import java.net.URLClassLoader;
import java.util.List;
import org.junit.jupiter.api.Test;

/** How many class loaders were replaced, and which of them are still there. */
class ClassLoadersTest {
  private ClassLoader current = loader();
  private final ClassLoaders loaders = new ClassLoaders(l -> l == current);

  private static ClassLoader loader() {
    return new URLClassLoader(new URL[0], null);
  }

  /** The collector may have come before anybody asked. */
  @Test
  void oneThatWasCollectedMeanwhileCountsAtTheFirstQuestion() {
    loaders.made("a", "1", current);
    WeakReference<ClassLoader> first = new WeakReference<>(current);
    current = loader();
    loaders.made("a", "2", current);
    for (int i = 0; first.get() != null && i < 100; i++) {
      System.gc();
    }
    assertEquals(1, loaders.replaced());
    assertEquals(List.of(), loaders.find());
  }

  @Test
  void oneThatIsHeldIsFound() {
    ClassLoader held = current;
    loaders.made("a", "1", held);
    current = loader();
    loaders.made("a", "2", current);
    assertEquals(1, loaders.replaced());
    assertEquals(
        List.of("a 1"),
        loaders.find().stream().map(leak -> leak.bundle() + " " + leak.version()).toList());
    assertEquals(true, held != current);
  }
}
