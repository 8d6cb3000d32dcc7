package org.quorate.runtime.node;

import java.security.SecureRandom;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.quorate.api.Bytes;
import org.quorate.api.NodeId;
import org.quorate.api.wire.Decoder;
import org.quorate.api.wire.Encoder;
import org.quorate.core.config.ParameterException;
import org.quorate.core.replica.ReplicaConfig;
import org.quorate.runtime.api.ControlException;
import org.quorate.runtime.api.ControlException.Code;
import org.quorate.runtime.api.GroupSpec;
import org.quorate.runtime.config.NodeParameters;
import org.quorate.spi.config.Options;
import org.quorate.spi.consensus.Member;
import org.quorate.spi.consensus.Membership;
import org.quorate.spi.consensus.Role;

/**
 * Creates groups: asks every member for its identity, writes the genesis manifest, has every member
 * put it on disk. All creations of a cluster go through the node of the smallest name, so two of
 * them cannot make two histories of one group; what was begun and broke off is finished by repeating
 * it, or by the members themselves, who tell each other their manifests when they connect.
 */
final class GroupCreation {
  private static final long ASK_MS = 2000;
  private static final long PAUSE_MS = 100;

  private final QuorateNode node;
  private final Map<String, CompletableFuture<Void>> underWay = new TreeMap<>();

  GroupCreation(QuorateNode node) {
    this.node = node;
  }

  /** Sends the order to the coordinator, which may be this node. */
  CompletableFuture<Void> create(GroupSpec spec) {
    NodeId coordinator = node.addresses().all().firstKey();
    if (coordinator.equals(node.id())) {
      return coordinate(spec);
    }
    return node.order(coordinator, PeerOperation.CREATE, encode(spec), timeoutMs())
        .thenApply(answer -> null);
  }

  /** Makes the configured groups that are not there; sent to the coordinator. */
  CompletableFuture<List<String>> bootstrap() {
    NodeId coordinator = node.addresses().all().firstKey();
    if (!coordinator.equals(node.id())) {
      return node.order(coordinator, PeerOperation.BOOTSTRAP, Bytes.EMPTY, timeoutMs())
          .thenApply(Answer::names);
    }
    CompletableFuture<Void> all = CompletableFuture.completedFuture(null);
    for (GroupSpec spec : node.config().groups()) {
      if (node.groups().find(spec.group()) == null) {
        all = all.thenCompose(done -> coordinate(spec));
      }
    }
    return all.thenApply(
        done -> node.groups().all().stream().map(host -> host.id().name()).toList());
  }

  private long timeoutMs() {
    return node.parameters().number(NodeParameters.CREATE_TIMEOUT_MS);
  }

  /** On the coordinator: one creation per group at a time, others of it join. */
  CompletableFuture<Void> coordinate(GroupSpec spec) {
    CompletableFuture<Void> creation = new CompletableFuture<>();
    synchronized (underWay) {
      CompletableFuture<Void> before = underWay.putIfAbsent(spec.group().name(), creation);
      if (before != null) {
        return before;
      }
    }
    creation.whenComplete(
        (done, problem) -> {
          synchronized (underWay) {
            underWay.remove(spec.group().name());
          }
        });
    try {
      begin(spec, creation);
    } catch (ControlException e) {
      creation.completeExceptionally(e);
    }
    return creation;
  }

  private void begin(GroupSpec spec, CompletableFuture<Void> creation) {
    if (node.groups().find(spec.group()) != null) {
      throw new ControlException(Code.EXISTS, "group '" + spec.group() + "' is there already");
    }
    GroupManifest draft = manifest(spec, List.of());
    String missing = node.services().missing(draft);
    if (missing != null) {
      throw new ControlException(Code.INVALID, missing);
    }
    Services.Parts parts = node.services().parts(draft);
    try {
      Options options = GroupHost.options(spec.options(), parts);
      if (!parts.durable() && !options.flag(GroupParameters.VOLATILE)) {
        throw new ControlException(
            Code.INVALID,
            "log '"
                + spec.log()
                + "' or storage '"
                + spec.storage()
                + "' is in memory only: members forget their votes when they restart; say so with"
                + " option volatile=true");
      }
    } catch (ParameterException e) {
      throw new ControlException(Code.INVALID, "options: " + e.getMessage());
    }
    List<NodeId> members =
        spec.members().isEmpty() ? List.copyOf(node.addresses().all().keySet()) : spec.members();
    for (NodeId member : members) {
      if (!member.equals(node.id()) && node.addresses().find(member).peer().isEmpty()) {
        throw new ControlException(
            Code.UNKNOWN_NODE, "node '" + member + "' is not in the address book of " + node.id());
      }
    }
    long deadline = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(timeoutMs());
    collect(spec, parts.durable(), members, new ArrayList<>(), deadline, creation);
  }

  private static GroupManifest manifest(GroupSpec spec, List<Member> members) {
    Membership genesis = new Membership(1, members);
    long historyId = new SecureRandom().nextLong();
    ReplicaConfig config =
        new ReplicaConfig(
            spec.group(),
            historyId,
            spec.strategy(),
            spec.storage(),
            genesis,
            new Options(spec.options()));
    return new GroupManifest(config, spec.log(), spec.stateMachine(), genesis);
  }

  private static boolean late(long deadline) {
    return System.nanoTime() - deadline > 0;
  }

  /** Asks the members one by one who they are. */
  private void collect(
      GroupSpec spec,
      boolean durable,
      List<NodeId> members,
      List<Member> found,
      long deadline,
      CompletableFuture<Void> creation) {
    if (found.size() == members.size()) {
      distribute(manifest(spec, found), members, 0, deadline, creation);
      return;
    }
    NodeId next = members.get(found.size());
    node.ask(
        next,
        PeerOperation.IDENTIFY,
        Bytes.EMPTY,
        ASK_MS,
        answer -> {
          if (answer == null) {
            if (late(deadline)) {
              creation.completeExceptionally(unreachable(next, "nothing was created"));
            } else {
              node.later(
                  PAUSE_MS, () -> collect(spec, durable, members, found, deadline, creation));
            }
            return;
          }
          Identity identity = Identity.decode(answer);
          if (identity.groups().containsKey(spec.group().name())) {
            creation.completeExceptionally(
                new ControlException(
                    Code.EXISTS, "node '" + next + "' has a group '" + spec.group() + "' already"));
            return;
          }
          long storeId = durable ? identity.storeId() : identity.volatileStoreId();
          found.add(new Member(next, storeId, Role.VOTER));
          collect(spec, durable, members, found, deadline, creation);
        });
  }

  /** Has the members put the manifest on disk, one by one. */
  private void distribute(
      GroupManifest manifest,
      List<NodeId> members,
      int at,
      long deadline,
      CompletableFuture<Void> creation) {
    if (at == members.size()) {
      creation.complete(null);
      return;
    }
    NodeId next = members.get(at);
    node.ask(
        next,
        PeerOperation.INSTALL,
        manifest.encode(),
        ASK_MS,
        reply -> {
          Answer answer = reply == null ? null : Answer.decode(reply);
          if (answer != null && answer.failure() == null) {
            distribute(manifest, members, at + 1, deadline, creation);
          } else if (answer != null) {
            creation.completeExceptionally(answer.exception());
          } else if (late(deadline)) {
            creation.completeExceptionally(
                unreachable(
                    next,
                    at == 0
                        ? "nothing was created"
                        : "the group exists on "
                            + members.subList(0, at)
                            + ", the others get it when they connect"));
          } else {
            node.later(PAUSE_MS, () -> distribute(manifest, members, at, deadline, creation));
          }
        });
  }

  private ControlException unreachable(NodeId member, String rest) {
    return new ControlException(
        Code.UNAVAILABLE,
        "node '"
            + member
            + "' at "
            + node.addresses().find(member).peer()
            + " does not answer: start it and try again; "
            + rest);
  }

  static Bytes encode(GroupSpec spec) {
    Encoder out = new Encoder();
    out.text(spec.group().name()).text(spec.strategy()).text(spec.storage()).text(spec.log());
    out.text(spec.stateMachine()).list(spec.members(), (e, m) -> e.text(m.name()));
    out.list(
        new TreeMap<>(spec.options()).entrySet(), (e, o) -> e.text(o.getKey()).text(o.getValue()));
    return out.take();
  }

  static GroupSpec decode(Bytes encoded) {
    Decoder in = new Decoder(encoded);
    var group = org.quorate.api.GroupId.of(in.text());
    String strategy = in.text();
    String storage = in.text();
    String log = in.text();
    String machine = in.text();
    List<NodeId> members = in.list(d -> NodeId.of(d.text()));
    Map<String, String> options = new TreeMap<>();
    for (int i = in.count(); i > 0; i--) {
      options.put(in.text(), in.text());
    }
    return new GroupSpec(group, strategy, storage, log, machine, members, options);
  }
}
