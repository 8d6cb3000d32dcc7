package org.quorate.cli.cluster;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Stream;

/**
 * A cluster of this machine that serves from its making on and is gone, with its folder, when it is
 * closed or the process ends.
 */
public final class TemporaryCluster implements AutoCloseable {
  private static final Duration PATIENCE = Duration.ofSeconds(90);

  private final LocalCluster cluster;
  private final Thread cleaner = new Thread(this::remove, "remove-cluster");
  private boolean kept;

  private TemporaryCluster(LocalCluster cluster) {
    this.cluster = cluster;
    Runtime.getRuntime().addShutdownHook(cleaner);
  }

  /**
   * Makes it in an empty folder and waits until it serves.
   *
   * @throws org.quorate.cli.CliException with the last lines of a node that did not start
   */
  public static TemporaryCluster serving(
      Path folder, Distribution distribution, String name, int nodes, String strategy)
      throws InterruptedException {
    TemporaryCluster made = new TemporaryCluster(new LocalCluster(folder, distribution));
    try {
      made.serve(new LocalCluster.Plan(name, nodes, 0, strategy, "mapdb", "journal", List.of()));
      return made;
    } catch (InterruptedException | RuntimeException e) {
      made.close();
      throw e;
    }
  }

  private void serve(LocalCluster.Plan plan) throws InterruptedException {
    cluster.create(plan);
    for (ClusterFile.NodeEntry node : cluster.file().nodes()) {
      cluster.start(node.name());
    }
    for (ClusterFile.NodeEntry node : cluster.file().nodes()) {
      cluster.awaitAnswer(node, PATIENCE, (what, waited) -> {});
    }
    cluster.bootstrap(PATIENCE, (what, waited) -> {});
    cluster.awaitServing("default", PATIENCE, (what, waited) -> {});
  }

  public LocalCluster cluster() {
    return cluster;
  }

  /** Leaves it as it is when it is closed. */
  public void keep() {
    kept = true;
  }

  @Override
  public void close() {
    if (!kept) {
      remove();
    }
    Runtime.getRuntime().removeShutdownHook(cleaner);
  }

  private synchronized void remove() {
    try {
      if (cluster.exists()) {
        cluster.stopAll();
      }
      remove(cluster.data());
    } catch (IOException e) {
      throw new UncheckedIOException("cannot delete " + cluster.data(), e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  /** Deletes a folder with all that is in it; one that is not there is fine. */
  public static void remove(Path folder) throws IOException {
    if (Files.exists(folder)) {
      try (Stream<Path> files = Files.walk(folder)) {
        for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
          Files.delete(file);
        }
      }
    }
  }
}
