package org.quorate.runtime.deploy;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.quorate.api.Bytes;
import org.quorate.api.GroupId;
import org.quorate.api.NodeId;
import org.quorate.api.wire.Decoder;
import org.quorate.api.wire.Encoder;
import org.quorate.assembly.AssemblyException;
import org.quorate.runtime.deploy.Cluster.GroupState;
import org.quorate.runtime.deploy.Cluster.Question;

/** Whether groups can spare this node, and whether it is back in them. Blocks. */
final class Health {
  private static final long ASK_MS = 2000;
  private static final long POLL_MS = 10;

  private final Cluster cluster;

  Health(Cluster cluster) {
    this.cluster = cluster;
  }

  /** What this node says of itself. */
  static Bytes encode(List<GroupState> groups) {
    Encoder out = new Encoder();
    out.list(
        groups,
        (o, g) -> o.text(g.group().name()).bool(g.serves()).varint(Math.max(0, g.position())));
    return out.take();
  }

  private static Map<GroupId, GroupState> decode(Bytes answer) {
    Map<GroupId, GroupState> groups = new TreeMap<>();
    new Decoder(answer)
        .list(d -> new GroupState(GroupId.of(d.text()), d.bool(), d.varint(), Map.of()))
        .forEach(g -> groups.put(g.group(), g));
    return groups;
  }

  /** What the other nodes say of themselves; who does not answer is left out. */
  private Map<NodeId, Map<GroupId, GroupState>> others() {
    Map<NodeId, CompletableFuture<Bytes>> asked = new TreeMap<>();
    for (NodeId node : cluster.nodes()) {
      if (!node.equals(cluster.self())) {
        asked.put(node, cluster.ask(node, Question.STATE, Bytes.EMPTY, ASK_MS));
      }
    }
    Map<NodeId, Map<GroupId, GroupState>> answers = new TreeMap<>();
    asked.forEach(
        (node, answer) -> {
          Bytes said = SystemRecord.await(answer, "asking " + node);
          if (said != null) {
            answers.put(node, decode(said));
          }
        });
    return answers;
  }

  /**
   * Why this node cannot be spared now, or null. A group whose majority it is needed for in any case
   * pauses: then all others have to be there.
   */
  String need() {
    Map<NodeId, Map<GroupId, GroupState>> others = others();
    List<String> needed = new ArrayList<>();
    for (GroupState mine : cluster.groups()) {
      int all = 0;
      int there = 0;
      List<NodeId> missing = new ArrayList<>();
      for (Map.Entry<NodeId, Integer> vote : mine.votes().entrySet()) {
        all += vote.getValue();
        GroupState at = others.getOrDefault(vote.getKey(), Map.of()).get(mine.group());
        if (at != null && at.serves()) {
          there += vote.getValue();
        } else if (!vote.getKey().equals(cluster.self())) {
          missing.add(vote.getKey());
        }
      }
      if (2 * there <= all && !missing.isEmpty()) {
        needed.add(
            "group " + mine.group() + " needs it while " + missing + " do not serve the group");
      }
    }
    return needed.isEmpty() ? null : String.join("; ", needed);
  }

  /** The groups that this node serves. */
  Set<GroupId> serving() {
    Set<GroupId> serving = new TreeSet<>();
    cluster.groups().stream().filter(GroupState::serves).forEach(g -> serving.add(g.group()));
    return serving;
  }

  /**
   * Waits until this node serves these groups and is as far as the others are now.
   *
   * @throws AssemblyException naming those that are not, and why
   */
  void awaitBack(Set<GroupId> groups, long withinMs) {
    long end = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(withinMs);
    Map<GroupId, Long> wanted = new TreeMap<>();
    others()
        .values()
        .forEach(
            all ->
                all.forEach((id, g) -> wanted.merge(id, g.serves() ? g.position() : 0, Math::max)));
    List<String> late = late(groups, wanted);
    while (!late.isEmpty()) {
      if (System.nanoTime() - end > 0) {
        throw new AssemblyException(
            "after " + withinMs + " ms not back: " + String.join("; ", late));
      }
      try {
        Thread.sleep(POLL_MS);
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        throw new AssemblyException("the node stops", e);
      }
      late = late(groups, wanted);
    }
  }

  private List<String> late(Set<GroupId> groups, Map<GroupId, Long> wanted) {
    List<String> late = new ArrayList<>();
    Set<GroupId> left = new TreeSet<>(groups);
    for (GroupState now : cluster.groups()) {
      long position = wanted.getOrDefault(now.group(), 0L);
      if (left.remove(now.group()) && !now.serves()) {
        late.add("group " + now.group() + " does not serve");
      } else if (groups.contains(now.group()) && now.position() < position) {
        late.add("group " + now.group() + " is at " + now.position() + " of " + position);
      }
    }
    left.forEach(gone -> late.add("group " + gone + " is gone"));
    return late;
  }
}
