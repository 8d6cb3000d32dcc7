package org.quorate.distribution.laws;

import static com.tngtech.archunit.base.DescribedPredicate.describe;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAPackage;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAnyPackage;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;

import com.tngtech.archunit.base.DescribedPredicate;
import com.tngtech.archunit.core.domain.JavaAccess;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.lang.ArchRule;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** The directions of imports, and law 1: a protocol is a function. See ARCHITECTURE.md. */
final class Laws {
  private static final String JDK = "java..";
  private static final String ANNOTATIONS = "org.osgi.annotation..";
  private static final String API = "org.quorate.api..";
  private static final String SPI = "org.quorate.spi..";
  private static final String CORE = "org.quorate.core..";
  private static final String KV = "org.quorate.kv..";
  private static final String SLF4J = "org.slf4j..";
  private static final String OSGI = "org.osgi..";

  /** All that a package may see, itself apart. */
  private static final Map<String, List<String>> MAY_SEE =
      Map.ofEntries(
          Map.entry(API, List.of()),
          Map.entry(SPI, List.of(API)),
          Map.entry(CORE, List.of(SPI, API)),
          Map.entry(KV, List.of(SPI, API, OSGI)),
          Map.entry("org.quorate.simulator..", List.of(CORE, KV, SPI, API)),
          Map.entry(
              "org.quorate.scenarios..",
              List.of(
                  "org.quorate.simulator..",
                  "org.quorate.coordinator.kv..",
                  "org.quorate.failover..",
                  "org.quorate.operations..",
                  SPI,
                  API)),
          Map.entry(
              "org.quorate.tck..",
              List.of(
                  "org.quorate.simulator..",
                  CORE,
                  KV,
                  SPI,
                  API,
                  "org.junit.jupiter..",
                  "org.opentest4j..")),
          Map.entry("org.quorate.client..", List.of(API, "io.vertx..", "io.netty..", SLF4J)),
          Map.entry("org.quorate.failover..", List.of(SPI, API, SLF4J, OSGI)),
          Map.entry(
              "org.quorate.operations..",
              List.of(SPI, API, SLF4J, OSGI, "com.fasterxml.jackson..")),
          Map.entry("org.quorate.storage.journal..", List.of(SPI, API, SLF4J, OSGI)),
          Map.entry("org.quorate.storage.memory..", List.of(SPI, API, SLF4J, OSGI)),
          Map.entry("org.quorate.storage.mapdb..", List.of(SPI, API, SLF4J, OSGI, "org.mapdb..")),
          Map.entry(
              "org.quorate.assembly..",
              List.of(
                  SLF4J,
                  OSGI,
                  "com.fasterxml.jackson.core..",
                  "javax.management..",
                  "javax.security..")),
          Map.entry("org.quorate.logging..", List.of(SLF4J, OSGI)));

  private static final String[] TOUCH_VERTX = {
    "org.quorate.client..", "org.quorate.runtime..", "org.quorate.management..",
    "org.quorate.console..", "org.quorate.cli..", "org.quorate.itest.."
  };

  /** Classes of a module consensus-*, whatever their package is called. */
  private static final DescribedPredicate<JavaClass> STRATEGY =
      describe("are part of a strategy", Laws::isOfStrategy);

  /** The same without the package that holds the OSGi component. */
  private static final DescribedPredicate<JavaClass> PROTOCOL =
      STRATEGY.and(DescribedPredicate.not(resideInAPackage("..osgi.."))).as("are protocol");

  private static final Set<String> PURE_CONCURRENT =
      Set.of(
          "java.util.concurrent.CompletableFuture",
          "java.util.concurrent.CompletionStage",
          "java.util.concurrent.TimeUnit");

  private static final Set<String> PURE_PACKAGES =
      Set.of(
          "java.lang",
          "java.lang.annotation",
          "java.lang.invoke",
          "java.lang.runtime",
          "java.math",
          "java.nio",
          "java.nio.charset",
          "java.util",
          "java.util.function",
          "java.util.stream",
          "java.util.zip");

  private static final Set<String> IMPURE_TYPES =
      Set.of(
          "java.lang.Process",
          "java.lang.ProcessBuilder",
          "java.lang.Runtime",
          "java.lang.Thread",
          "java.lang.ThreadLocal",
          "java.nio.MappedByteBuffer",
          "java.util.Calendar",
          "java.util.Date",
          "java.util.GregorianCalendar",
          "java.util.ServiceLoader",
          "java.util.Timer",
          "java.util.TimerTask");

  private Laws() {}

  static List<ArchRule> all() {
    List<ArchRule> rules = new ArrayList<>();
    MAY_SEE.forEach((who, what) -> rules.add(sees(who, what)));
    rules.add(strategiesSeeOnlySpiAndTheirOwn());
    rules.add(onlySomeTouchVertx());
    rules.add(osgiStaysInItsPackage());
    rules.add(protocolUsesPureTypesOnly());
    rules.add(protocolMakesPureCallsOnly());
    return rules;
  }

  static ArchRule sees(String who, List<String> what) {
    List<String> all = new ArrayList<>(what);
    all.addAll(List.of(who, JDK, ANNOTATIONS));
    return classes()
        .that()
        .resideInAPackage(who)
        .should()
        .onlyDependOnClassesThat(resideInAnyPackage(all.toArray(String[]::new)).or(primitive()))
        .as(who + " sees only " + (what.isEmpty() ? "the JDK" : "the JDK and " + what))
        .allowEmptyShould(true);
  }

  static ArchRule strategiesSeeOnlySpiAndTheirOwn() {
    return noClasses()
        .that(STRATEGY.or(resideInAPackage("org.quorate.coordinator..")))
        .should()
        .dependOnClassesThat(
            resideInAPackage("org.quorate..")
                .and(DescribedPredicate.not(STRATEGY))
                .and(
                    DescribedPredicate.not(
                        resideInAnyPackage(API, SPI, "org.quorate.coordinator.."))))
        .as("strategies and coordinators see spi and api, never core, runtime or other plug-ins")
        .allowEmptyShould(true);
  }

  static ArchRule onlySomeTouchVertx() {
    return noClasses()
        .that()
        .resideOutsideOfPackages(TOUCH_VERTX)
        .should()
        .dependOnClassesThat()
        .resideInAnyPackage("io.vertx..", "io.netty..")
        .as("only client, runtime, management, console and cli touch Vert.x")
        .allowEmptyShould(true);
  }

  static ArchRule osgiStaysInItsPackage() {
    return noClasses()
        .that(
            STRATEGY
                .or(resideInAPackage(KV))
                .and(DescribedPredicate.not(resideInAPackage("..osgi..")))
                .as("are of a strategy or the key-value state machine, outside of a package osgi"))
        .should()
        .dependOnClassesThat(
            resideInAPackage(OSGI).and(DescribedPredicate.not(resideInAPackage(ANNOTATIONS))))
        .as("law 3: OSGi is wiring, in one thin package named osgi")
        .allowEmptyShould(true);
  }

  static ArchRule protocolUsesPureTypesOnly() {
    return classes()
        .that(PROTOCOL)
        .should()
        .onlyDependOnClassesThat(describe("are pure", Laws::isPure))
        .as("law 1: protocol code uses java.lang, java.util, org.quorate.api and org.quorate.spi")
        .allowEmptyShould(true);
  }

  static ArchRule protocolMakesPureCallsOnly() {
    return noClasses()
        .that(PROTOCOL)
        .should()
        .accessTargetWhere(describe("reads a clock, chance or the environment", Laws::isImpure))
        .as("law 1: protocol code gets time and seed as data, and does the same in every process")
        .allowEmptyShould(true);
  }

  private static DescribedPredicate<JavaClass> primitive() {
    return describe("are primitive", c -> c.getBaseComponentType().isPrimitive());
  }

  private static boolean isPure(JavaClass type) {
    JavaClass base = type.getBaseComponentType();
    String name = base.getName();
    String pack = base.getPackageName();
    return base.isPrimitive()
        || PURE_CONCURRENT.contains(name)
        || name.equals("java.time.Duration")
        || PURE_PACKAGES.contains(pack) && !IMPURE_TYPES.contains(name)
        || isIn(pack, "org.quorate.api")
        || isIn(pack, "org.quorate.spi")
        || isOfStrategy(base) && !pack.endsWith(".osgi")
        || isIn(pack, "org.osgi.annotation");
  }

  private static boolean isOfStrategy(JavaClass type) {
    JavaClass base = type.getBaseComponentType();
    return isIn(base.getPackageName(), "org.quorate.consensus")
        || base.getSource()
            .map(s -> s.getUri().toString())
            .filter(u -> u.contains("/consensus-") || u.contains("/org.quorate.consensus."))
            .isPresent();
  }

  private static boolean isIn(String pack, String parent) {
    return pack.equals(parent) || pack.startsWith(parent + ".");
  }

  private static boolean isImpure(JavaAccess<?> access) {
    String owner = access.getTargetOwner().getName();
    String name = access.getName();
    boolean noArguments = access.getDescription().contains("." + name + "()>");
    return switch (owner) {
      case "java.lang.System" -> !name.equals("arraycopy");
      case "java.lang.Math", "java.lang.StrictMath" -> name.equals("random");
      case "java.util.UUID" -> name.equals("randomUUID");
      case "java.util.Random", "java.util.SplittableRandom" -> name.equals("<init>") && noArguments;
      case "java.util.Collections" ->
          name.equals("shuffle") && access.getDescription().contains("shuffle(java.util.List)>");
      // Their order of iteration differs from one process to the next.
      case "java.util.Set", "java.util.Map" ->
          name.equals("of") && !noArguments || name.equals("copyOf") || name.equals("ofEntries");
      case "java.util.stream.Collectors" ->
          name.startsWith("toUnmodifiable") && !name.endsWith("List");
      default -> name.equals("parallelStream") || name.equals("parallel");
    };
  }
}
