package org.quorate.distribution.laws;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.lang.ArchRule;
import com.tngtech.archunit.lang.EvaluationResult;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

/** The laws hold for every class of the reactor, and each of them finds who breaks it. */
class LawsTest {
  private static final JavaClasses REACTOR =
      new ClassFileImporter()
          .withImportOption(ImportOption.Predefined.DO_NOT_INCLUDE_TESTS)
          .importPackages("org.quorate");

  private static final JavaClasses PLANTED =
      new ClassFileImporter()
          .withImportOption(ImportOption.Predefined.ONLY_INCLUDE_TESTS)
          .importPackages(
              "org.quorate.consensus.planted",
              "org.quorate.core.planted",
              "org.quorate.storage.memory.planted");

  @TestFactory
  Stream<DynamicTest> everyLawHolds() {
    return Laws.all().stream()
        .map(law -> DynamicTest.dynamicTest(law.getDescription(), () -> law.check(REACTOR)));
  }

  @Test
  void theWholeReactorIsLookedAt() {
    for (String module : List.of("api", "spi", "raft", "storage.memory", "runtime")) {
      assertTrue(
          REACTOR.stream().anyMatch(c -> c.getPackageName().startsWith("org.quorate." + module)),
          module);
    }
  }

  @Test
  void directionsAreWatched() {
    broken(Laws.sees("org.quorate.core..", List.of()), "planted.CoreWithSockets", "io.vertx");
    broken(Laws.onlySomeTouchVertx(), "planted.CoreWithSockets", "io.vertx");
    broken(Laws.strategiesSeeOnlySpiAndTheirOwn(), "planted.StrategyThatSeesCore", "core.planted");
    broken(
        Laws.sees("org.quorate.storage.memory..", List.of()),
        "planted.StorageThatSeesCore",
        "core.planted");
  }

  @Test
  void typesOfProtocolsAreWatched() {
    String impure = "planted.ImpureProtocol";
    for (String type :
        List.of(
            "java.lang.Thread",
            "java.io.File",
            "java.nio.file.Files",
            "java.net.Socket",
            "java.util.concurrent.locks.ReentrantLock",
            "java.time.Instant")) {
      broken(Laws.protocolUsesPureTypesOnly(), impure, type);
    }
  }

  @Test
  void callsOfProtocolsAreWatched() {
    String impure = "planted.ImpureProtocol";
    for (String call :
        List.of(
            "java.lang.System.nanoTime()",
            "java.lang.System.currentTimeMillis()",
            "java.lang.Math.random()",
            "java.util.Random.<init>()",
            "java.util.UUID.randomUUID()",
            "java.util.Set.of(",
            "java.util.Collections.shuffle(java.util.List)")) {
      broken(Laws.protocolMakesPureCallsOnly(), impure, call);
    }
  }

  @Test
  void pureProtocolsPass() {
    for (ArchRule law :
        List.of(Laws.protocolUsesPureTypesOnly(), Laws.protocolMakesPureCallsOnly())) {
      List<String> found =
          law.evaluate(PLANTED).getFailureReport().getDetails().stream()
              .filter(d -> d.contains("planted.PureProtocol"))
              .toList();
      assertEquals(List.of(), found);
    }
  }

  private static void broken(ArchRule law, String who, String what) {
    EvaluationResult result = law.evaluate(PLANTED);
    List<String> details = result.getFailureReport().getDetails();
    assertTrue(
        details.stream().anyMatch(d -> d.contains(who) && d.contains(what)),
        () -> law.getDescription() + " did not find " + what + " in " + who + ": " + details);
  }
}
