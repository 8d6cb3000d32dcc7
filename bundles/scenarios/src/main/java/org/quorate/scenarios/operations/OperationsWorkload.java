package org.quorate.scenarios.operations;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.CompletionStage;
import java.util.function.UnaryOperator;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.quorate.api.GroupAccess;
import org.quorate.operations.Operators;
import org.quorate.scenarios.Auditor;
import org.quorate.scenarios.Deaths;
import org.quorate.scenarios.Stage;
import org.quorate.simulator.client.Actor;
import org.quorate.simulator.client.Scene;
import org.quorate.simulator.client.WorkloadKind;
import org.quorate.simulator.engine.Rng;
import org.quorate.spi.coordination.Coordinator;
import org.quorate.spi.coordination.Listing;
import org.quorate.spi.coordination.RangeQuery;
import org.quorate.spi.coordination.Scope;

/**
 * Nodes of a product that run operations of all of them: statements, configuration, views, cuts, pauses.
 * Whoever began one, answers in it or drives it on is killed at any of its steps, frozen or cut off.
 */
public final class OperationsWorkload implements WorkloadKind {
  private final UnaryOperator<GroupAccess> saboteur;
  private final Deaths deaths;

  /** A sound one. */
  public OperationsWorkload() {
    this(UnaryOperator.identity(), Deaths.UNSEEN);
  }

  /**
   * Perhaps a broken one, for tests of the checks.
   *
   * @param saboteur what becomes of each process's way to the group
   */
  public OperationsWorkload(UnaryOperator<GroupAccess> saboteur, Deaths deaths) {
    this.saboteur = saboteur;
    this.deaths = deaths;
  }

  @Override
  public String name() {
    return "operations";
  }

  @Override
  public long commandBytes() {
    return 8_192;
  }

  @Override
  public List<Actor> actors(Scene scene, Rng rng) {
    Stage stage = new Stage(scene, saboteur);
    Backend backend = new Backend(scene);
    int count = rng.between(3, 4);
    List<String> names = IntStream.rangeClosed(1, count).mapToObj(i -> "node" + i).toList();
    List<Node> nodes = new ArrayList<>();
    for (String name : names) {
      int rounds = nodes.size() == count - 1 ? 0 : rng.between(2, 4);
      nodes.add(new Node(name, names, rounds, stage, backend, deaths, rng.split()));
    }
    List<Actor> actors = new ArrayList<>(nodes);
    actors.add(new Auditor(stage, nodes, new Audit(nodes, backend), rng.split()));
    return actors;
  }

  private static final class Audit implements Auditor.Service {
    private final List<Node> nodes;
    private final Backend backend;
    private Map<String, String> keys = Map.of();

    Audit(List<Node> nodes, Backend backend) {
      this.nodes = nodes;
      this.backend = backend;
    }

    @Override
    public CompletionStage<String> unsettled(Coordinator coordinator) {
      return underWay(coordinator)
          .thenCompose(
              found ->
                  coordinator
                      .range(RangeQuery.of(Scope.tree(Node.ROOT)))
                      .thenApply(
                          page -> {
                            keys = ofProduct(page);
                            return nodes.stream()
                                .map(Node::unsettled)
                                .collect(Collectors.joining("", found, ""));
                          }));
    }

    private static Map<String, String> ofProduct(Listing page) {
      Map<String, String> keys = new TreeMap<>();
      page.entries()
          .forEach(
              entry -> {
                String key = entry.key().substring(Node.ROOT.length() + 1);
                if (key.startsWith("conf/") || key.startsWith("view/")) {
                  keys.put(key, entry.value().utf8());
                }
              });
      return keys;
    }

    @Override
    public void judge() {
      backend.judge(keys);
    }

    @Override
    public CompletionStage<String> underWay(Coordinator coordinator) {
      return new Operators(coordinator, Node.ROOT)
          .operations()
          .thenApply(found -> found.isEmpty() ? "" : "operations " + found);
    }

    @Override
    public List<String> keys() {
      return List.of(Node.ROOT + "/op", Node.ROOT + "/lock", Node.ROOT + "/online");
    }
  }
}
