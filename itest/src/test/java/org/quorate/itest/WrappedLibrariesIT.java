package org.quorate.itest;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;

import java.util.Arrays;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.osgi.framework.Bundle;

/** What was made a bundle by a .bnd file alone works as one: it finds all its classes and services. */
class WrappedLibrariesIT {
  @RegisterExtension final FelixContainer felix = new FelixContainer();

  @Test
  void vertxStartsAndEncodesJson() throws Exception {
    Bundle bundle = bundle("org.quorate.wrap.vertx");
    Object vertx = bundle.loadClass("io.vertx.core.Vertx").getMethod("vertx").invoke(null);
    try {
      Class<?> json = bundle.loadClass("io.vertx.core.json.JsonObject");
      Object object = json.getConstructor(Map.class).newInstance(Map.of("group", "orders"));
      assertEquals("{\"group\":\"orders\"}", json.getMethod("encode").invoke(object));
      bundle.loadClass("io.vertx.ext.web.Router");
      bundle.loadClass("io.vertx.ext.eventbus.bridge.tcp.TcpEventBusBridge");
    } finally {
      bundle.loadClass("io.vertx.core.Vertx").getMethod("close").invoke(vertx);
    }
  }

  @Test
  void mapdbMakesAStore() throws Exception {
    Bundle bundle = bundle("org.quorate.wrap.mapdb");
    Object maker = bundle.loadClass("org.mapdb.DBMaker").getMethod("memoryDB").invoke(null);
    Object db = maker.getClass().getMethod("make").invoke(maker);
    Object tree = db.getClass().getMethod("treeMap", String.class).invoke(db, "t");
    assertNotNull(tree.getClass().getMethod("createOrOpen").invoke(tree));
    db.getClass().getMethod("close").invoke(db);
  }

  @Test
  void prometheusScrapes() throws Exception {
    Bundle bundle = bundle("org.quorate.wrap.prometheus");
    Class<?> type = bundle.loadClass("io.micrometer.prometheusmetrics.PrometheusMeterRegistry");
    Class<?> config = bundle.loadClass("io.micrometer.prometheusmetrics.PrometheusConfig");
    Object registry = type.getConstructor(config).newInstance(config.getField("DEFAULT").get(null));
    Object counter =
        type.getMethod("counter", String.class, String[].class)
            .invoke(registry, "quorate.test", new String[0]);
    counter.getClass().getMethod("increment").invoke(counter);
    String text = (String) type.getMethod("scrape").invoke(registry);
    assertEquals(1, text.lines().filter("quorate_test_total 1.0"::equals).count(), text);
  }

  private Bundle bundle(String symbolicName) {
    return Arrays.stream(felix.context().getBundles())
        .filter(b -> symbolicName.equals(b.getSymbolicName()))
        .findFirst()
        .orElseThrow();
  }
}
