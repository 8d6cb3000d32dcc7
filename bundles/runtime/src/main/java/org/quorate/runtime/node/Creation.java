package org.quorate.runtime.node;

import java.nio.ByteBuffer;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.concurrent.TimeUnit;
import org.quorate.api.Bytes;
import org.quorate.api.NodeId;
import org.quorate.api.wire.Encoder;
import org.quorate.core.replica.ReplicaConfig;
import org.quorate.runtime.api.ControlException;
import org.quorate.runtime.api.ControlException.Code;
import org.quorate.runtime.api.GroupSpec;
import org.quorate.runtime.api.MemberSpec;
import org.quorate.spi.config.Options;
import org.quorate.spi.consensus.Member;
import org.quorate.spi.consensus.Membership;

/**
 * One creation of a group, by any node: asks the members who they are, has a majority reserve the
 * name, has them put the manifest on disk. The history's identity is a function of the manifest, so
 * whoever repeats a creation that broke off finishes it; two different ones of the same members
 * cannot both find a majority. Members that are down get the manifest when they connect.
 */
final class Creation {
  private static final long ASK_MS = 2000;
  private static final long PAUSE_MS = 100;

  private final QuorateNode node;
  private final GroupSpec spec;
  private final boolean durable;
  private final List<MemberSpec> members;
  private final List<NodeId> nodes;
  private final long deadline;

  Creation(
      QuorateNode node, GroupSpec spec, boolean durable, List<MemberSpec> members, long timeoutMs) {
    this.node = node;
    this.spec = spec;
    this.durable = durable;
    this.members = members;
    this.nodes = members.stream().map(MemberSpec::node).toList();
    this.deadline = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(timeoutMs);
  }

  CompletableFuture<Void> run() {
    Map<NodeId, Long> known = knownStores();
    long brief = Math.min(deadline, System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(ASK_MS));
    return ask(
            nodes,
            PeerOperation.IDENTIFY,
            Bytes.EMPTY,
            m -> known.containsKey(m) ? brief : deadline)
        .thenCompose(answers -> reserve(manifest(answers, known), answers.keySet()));
  }

  /** Stores of members that need not be up, from what the groups of this node say of them. */
  private Map<NodeId, Long> knownStores() {
    Map<NodeId, Long> known = new ConcurrentSkipListMap<>();
    if (durable) {
      for (GroupHost host : node.groups().all()) {
        Services.Parts parts = node.services().parts(host.manifest());
        if (parts != null && parts.durable()) {
          host.manifest().membership().members().forEach(m -> known.put(m.node(), m.storeId()));
        }
      }
    }
    return known;
  }

  private GroupManifest manifest(Map<NodeId, Bytes> answers, Map<NodeId, Long> known) {
    List<Member> found = new ArrayList<>();
    for (MemberSpec each : members) {
      NodeId member = each.node();
      Long store = known.get(member);
      if (answers.containsKey(member)) {
        Identity identity = Identity.decode(answers.get(member));
        store = durable ? identity.storeId() : identity.volatileStoreId();
      }
      if (store == null) {
        throw unreachable(member);
      }
      found.add(new Member(member, store, each.role(), each.weight()));
    }
    return identified(spec, found, node.config().cluster());
  }

  /** The manifest whose history follows from everything else in it. */
  static GroupManifest identified(GroupSpec spec, List<Member> members, String cluster) {
    Encoder all = new Encoder();
    all.text(cluster).bytes(manifest(spec, members, 0).encode());
    try {
      byte[] digest = MessageDigest.getInstance("SHA-256").digest(all.take().toByteArray());
      return manifest(spec, members, ByteBuffer.wrap(digest).getLong());
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every JDK has SHA-256", e);
    }
  }

  static GroupManifest manifest(GroupSpec spec, List<Member> members, long historyId) {
    Membership genesis = new Membership(1, members);
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

  private CompletableFuture<Void> reserve(GroupManifest manifest, Collection<NodeId> there) {
    return order(there, PeerOperation.RESERVE, manifest)
        .thenCompose(reserved -> order(reserved, PeerOperation.INSTALL, manifest))
        .thenAccept(installed -> {});
  }

  /** Those that did it; fails if one refused or if they are no majority of the members. */
  private CompletableFuture<Collection<NodeId>> order(
      Collection<NodeId> to, PeerOperation what, GroupManifest manifest) {
    requireMajority(to);
    return ask(to, what, manifest.encode(), m -> deadline)
        .thenApply(
            answers -> {
              answers.forEach(
                  (member, reply) -> {
                    Answer answer = Answer.decode(reply);
                    if (answer.failure() != null) {
                      throw answer.exception();
                    }
                  });
              requireMajority(answers.keySet());
              return answers.keySet();
            });
  }

  private void requireMajority(Collection<NodeId> there) {
    if (there.size() <= members.size() / 2) {
      throw new ControlException(
          Code.UNAVAILABLE,
          "of the members "
              + members
              + " only "
              + there
              + " answer, a majority is needed: start more of them and repeat it");
    }
  }

  /** What the nodes answer; who does not until its time is up is left out. */
  private CompletableFuture<Map<NodeId, Bytes>> ask(
      Collection<NodeId> nodes,
      PeerOperation what,
      Bytes body,
      java.util.function.ToLongFunction<NodeId> until) {
    Map<NodeId, Bytes> answers = new ConcurrentSkipListMap<>();
    List<CompletableFuture<Void>> asked = new ArrayList<>();
    for (NodeId each : nodes) {
      CompletableFuture<Bytes> reply = new CompletableFuture<>();
      asked.add(
          reply.thenAccept(
              answer -> {
                if (answer != null) {
                  answers.put(each, answer);
                }
              }));
      attempt(each, what, body, until.applyAsLong(each), reply);
    }
    return CompletableFuture.allOf(asked.toArray(CompletableFuture<?>[]::new))
        .thenApply(done -> answers);
  }

  private void attempt(
      NodeId to, PeerOperation what, Bytes body, long until, CompletableFuture<Bytes> reply) {
    node.ask(
        to,
        what,
        body,
        ASK_MS,
        answer -> {
          if (answer != null || System.nanoTime() - until > 0) {
            reply.complete(answer);
          } else {
            node.later(PAUSE_MS, () -> attempt(to, what, body, until, reply));
          }
        });
  }

  private ControlException unreachable(NodeId member) {
    return new ControlException(
        Code.UNAVAILABLE,
        "node '"
            + member
            + "' at "
            + node.addresses().find(member).peer()
            + " does not answer and its store is not known: start it and try again; nothing was"
            + " created");
  }
}
