package org.quorate.runtime.node;

import static org.quorate.runtime.node.TestCluster.GROUP;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import org.quorate.api.Bytes;
import org.quorate.api.NodeId;
import org.quorate.client.KvClient;
import org.quorate.runtime.api.StorageSpec;

/**
 * A process to be killed: one node that counts, tells each acknowledged count, and moves its replica
 * to and fro, telling each phase.
 */
final class StorageMoveChild {
  private StorageMoveChild() {}

  public static void main(String[] args) throws Exception {
    Thread parent = new Thread(StorageMoveChild::endWithParent);
    parent.setDaemon(true);
    parent.start();
    TestCluster cluster = TestCluster.serving(Path.of(args[0]), 1);
    NodeId self = NodeId.of("n1");
    cluster
        .node(self)
        .control()
        .listen(
            event -> {
              if (event.type().startsWith("storage.")) {
                System.out.println(event.type());
              }
            });
    Thread moves = new Thread(() -> move(cluster, self));
    moves.setDaemon(true);
    KvClient kv = new KvClient(cluster.client().group("main"));
    for (long i = 0; ; i++) {
      long sum =
          kv.add(Bytes.utf8("counter"), 1)
              .toCompletionStage()
              .toCompletableFuture()
              .get(60, TimeUnit.SECONDS);
      System.out.println("count " + sum);
      if (System.out.checkError()) {
        Runtime.getRuntime().halt(2); // nobody is left to whom it could be told
      }
      if (i == 0) {
        moves.start();
      }
    }
  }

  /** It holds the other end of the input. */
  private static void endWithParent() {
    try {
      System.in.transferTo(OutputStream.nullOutputStream());
    } catch (IOException gone) {
      Runtime.getRuntime().halt(2);
    }
    Runtime.getRuntime().halt(1);
  }

  private static void move(TestCluster cluster, NodeId self) {
    try {
      moveOn(cluster, self);
    } catch (RuntimeException e) {
      e.printStackTrace();
      Runtime.getRuntime().halt(1); // the parent waits for a phase that does not come
    }
  }

  private static void moveOn(TestCluster cluster, NodeId self) {
    while (true) {
      String now = cluster.status(self).storage();
      String target = now.equals("mapdb") ? "journal+mapdb" : "mapdb";
      cluster
          .node(self)
          .control()
          .moveStorage(new StorageSpec(GROUP, target, self, 60_000))
          .toCompletableFuture()
          .join();
    }
  }
}
