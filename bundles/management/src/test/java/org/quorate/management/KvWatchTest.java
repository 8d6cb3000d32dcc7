package org.quorate.management;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The long poll on a node with a group. */
class KvWatchTest {
  @TempDir Path directory;
  private KvNode node;

  @BeforeEach
  void start() throws Exception {
    node = new KvNode(directory);
    node.put("a", "1");
    node.put("b", "2");
  }

  @AfterEach
  void stop() throws Exception {
    node.close();
  }

  private CompletableFuture<KvChangesView> watch(Map<String, ?> arguments) {
    return OperationTable.invoke(
            Operations.table().get("kv.watch"), node.node.server.node(), arguments)
        .thenApply(KvChangesView.class::cast)
        .toCompletableFuture();
  }

  private static String shown(KvChangesView view) {
    StringBuilder all = new StringBuilder();
    for (KvChangesView.Change c : view.changes()) {
      all.append(c.revision()).append(' ').append(c.type()).append(' ').append(c.key());
      all.append(c.value() == null ? "" : "=" + c.value()).append("; ");
    }
    return all + "next " + view.next();
  }

  @Test
  void whatIsThereAlreadyIsAnsweredAtOnce() throws Exception {
    node.invoke("kv.delete", Map.of("group", "main", "key", "a"));
    KvChangesView all = watch(Map.of("group", "main", "from", 1)).get(30, TimeUnit.SECONDS);
    assertEquals("1 put a=1; 2 put b=2; 3 delete a; next 4", shown(all));
    KvChangesView one =
        watch(Map.of("group", "main", "from", 1, "key", "b")).get(30, TimeUnit.SECONDS);
    assertEquals("2 put b=2; next 4", shown(one));
  }

  @Test
  void itWaitsForTheFirstChangeOfItsKeys() throws Exception {
    CompletableFuture<KvChangesView> first =
        watch(Map.of("group", "main", "prefix", "user/", "from", 3));
    node.put("other", "x");
    assertFalse(first.isDone());
    node.put("user/ann", "y");
    KvChangesView seen = first.get(30, TimeUnit.SECONDS);
    assertEquals("4 put user/ann=y; next 5", shown(seen));
    CompletableFuture<KvChangesView> next =
        watch(Map.of("group", "main", "prefix", "user/", "from", seen.next()));
    node.put("user/bob", "z");
    assertEquals("5 put user/bob=z; next 6", shown(next.get(30, TimeUnit.SECONDS)));
  }

  @Test
  void withoutAChangeTheAnswerSaysWhereToGoOn() throws Exception {
    KvChangesView none = watch(Map.of("group", "main", "waitMs", 50)).get(30, TimeUnit.SECONDS);
    assertEquals("next 3", shown(none));
    assertEquals(List.of(), none.changes());
  }

  @Test
  void whatCannotBeWatchedIsRefused() {
    ExecutionException unknown =
        assertThrows(
            ExecutionException.class,
            () -> watch(Map.of("group", "nowhere")).get(30, TimeUnit.SECONDS));
    assertEquals(FailureCode.NOT_FOUND, OperationException.of(unknown).code());
    ExecutionException tooLong =
        assertThrows(
            ExecutionException.class,
            () -> watch(Map.of("group", "main", "waitMs", 60_001)).get(30, TimeUnit.SECONDS));
    assertEquals(FailureCode.BAD_REQUEST, OperationException.of(tooLong).code());
  }
}
