package org.quorate.core.config;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.quorate.spi.config.Parameter;

class ParameterRegistryTest {
  private static final Parameter BEAT =
      Parameter.number("beat.ms", "ms", 150, 5, 10_000, "How often.").whileRunning();
  private static final Parameter SIZE =
      Parameter.number("size.bytes", "bytes", 64, 1, 128, "How large.");
  private static final Parameter MODE =
      new Parameter(
          "mode",
          Parameter.Type.TEXT,
          "",
          "fast",
          0,
          0,
          List.of("fast", "safe"),
          Parameter.Scope.NODE,
          true,
          "How.");
  private static final Parameter FLAG =
      new Parameter(
          "flag",
          Parameter.Type.FLAG,
          "",
          "false",
          0,
          0,
          List.of(),
          Parameter.Scope.NODE,
          true,
          "Whether.");

  private static ParameterRegistry registry() {
    ParameterRegistry registry = new ParameterRegistry();
    registry.register(List.of(BEAT, SIZE, MODE, FLAG));
    return registry;
  }

  private static String refused(String name, String value) {
    ParameterRegistry registry = registry();
    return assertThrows(ParameterException.class, () -> registry.set(name, value)).getMessage();
  }

  @Test
  void refusalsNameWhatIsAllowed() {
    assertEquals(
        "beat.ms: '4' is out of range, allowed are 5 to 10000 ms", refused("beat.ms", "4"));
    assertEquals(
        "beat.ms: 'soon' is not a whole number, allowed are 5 to 10000 ms",
        refused("beat.ms", "soon"));
    assertEquals("mode: 'slow' must be one of fast, safe", refused("mode", "slow"));
    assertEquals("flag: 'yes' must be true or false", refused("flag", "yes"));
    assertEquals("unknown parameter 'beet.ms'; did you mean beat.ms?", refused("beet.ms", "5"));
    assertEquals("unknown parameter 'colour'", refused("colour", "5"));
  }

  @Test
  void valuesCountUntilTheyAreReplacedAndListenersAreTold() {
    ParameterRegistry registry = registry();
    List<String> told = new ArrayList<>();
    registry.listen((parameter, value) -> told.add(parameter.name() + "=" + value));
    assertEquals(150, registry.number(BEAT));
    registry.set("beat.ms", "20");
    registry.set("mode", "safe");
    assertEquals(20, registry.number(BEAT));
    assertEquals("safe", registry.text(MODE));
    assertEquals(List.of("beat.ms=20", "mode=safe"), told);
  }

  @Test
  void onlyDynamicParametersChangeWhileRunning() {
    ParameterRegistry registry = registry();
    registry.set("size.bytes", "32");
    registry.started();
    registry.set("beat.ms", "30");
    assertEquals(
        "size.bytes cannot change while the node runs: set it in the file and restart",
        assertThrows(ParameterException.class, () -> registry.set("size.bytes", "33"))
            .getMessage());
    registry.set("size.bytes", "32");
    assertEquals(32, registry.number(SIZE));
  }

  @Test
  void oneNameHasOneMeaning() {
    ParameterRegistry registry = registry();
    registry.register(List.of(BEAT));
    Parameter other = Parameter.number("beat.ms", "ms", 1, 1, 2, "Something else.");
    assertThrows(IllegalArgumentException.class, () -> registry.register(List.of(other)));
    assertThrows(
        ParameterException.class,
        () -> ParameterRegistry.options(Map.of("beat.ms", "5", "x", "1"), List.of(BEAT)));
  }
}
