package org.quorate.runtime.node;

import java.security.SecureRandom;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import org.quorate.api.Bytes;
import org.quorate.api.GroupId;
import org.quorate.api.GroupStatus;
import org.quorate.api.NodeId;
import org.quorate.api.wire.Decoder;
import org.quorate.api.wire.Encoder;
import org.quorate.core.history.Remains;
import org.quorate.core.log.Fork;
import org.quorate.core.replica.ReplicaConfig;
import org.quorate.runtime.api.BootstrapPlan;
import org.quorate.runtime.api.BootstrapPlan.Standing;
import org.quorate.runtime.api.ControlException;
import org.quorate.runtime.api.ControlException.Code;
import org.quorate.runtime.api.ReseedReport;
import org.quorate.spi.consensus.Member;
import org.quorate.spi.consensus.Membership;
import org.quorate.spi.consensus.Role;
import org.quorate.spi.state.StateMachine;

/**
 * Forced bootstraps: one node becomes the whole group in a history of its own, and what others have of
 * the history that ended is exported before they are seeded anew.
 */
final class GroupForks {
  private static final long ASK_MS = 3_000;
  private static final long WORK_MS = 120_000;

  private final QuorateNode node;
  private final LeaderRequests leaders;
  private final SecureRandom random = new SecureRandom();

  GroupForks(QuorateNode node) {
    this.node = node;
    this.leaders = new LeaderRequests(node);
  }

  private GroupHost host(GroupId group) {
    GroupHost host = node.groups().find(group);
    if (host == null) {
      throw new ControlException(Code.UNKNOWN_GROUP, "no group '" + group + "' on " + node.id());
    }
    return host;
  }

  // ---- the plan ----------------------------------------------------------------------------

  /** How far this node is. */
  CompletableFuture<Answer> standing(GroupId group) {
    GroupHost host = host(group);
    CompletableFuture<Answer> answer = new CompletableFuture<>();
    host.loop()
        .run(
            () -> {
              GroupStatus status = host.statusNow();
              List<String> said = new ArrayList<>();
              said.add(status.state().name());
              said.add(Fork.hex(status.gtid().historyId()));
              said.add(Long.toString(status.position()));
              said.add(Long.toString(status.gtid().version()));
              said.add(Long.toString(host.lastIndex()));
              said.add(HexFormat.of().formatHex(host.logRank().toByteArray()));
              said.add(status.hint() == null ? "" : status.hint().name());
              said.add(Boolean.toString(host.witness()));
              answer.complete(Answer.done(said));
            });
    return answer;
  }

  private record Said(Answer answer) {
    boolean reached() {
      return answer.failure() == null;
    }

    String text(int at) {
      return reached() ? answer.names().get(at) : "";
    }

    long number(int at) {
      return reached() ? Long.parseLong(text(at)) : 0;
    }
  }

  /** Asks everyone; changes nothing. */
  CompletableFuture<BootstrapPlan> plan(GroupId group, NodeId at) {
    GroupHost host = host(group);
    Membership members = host.membership();
    Map<NodeId, CompletableFuture<Said>> asked = new TreeMap<>();
    members.members().forEach(m -> asked.put(m.node(), null));
    asked.put(at, null);
    asked.replaceAll(
        (id, none) ->
            node.answer(id, PeerOperation.LOG_STANDING, Bytes.utf8(group.name()), ASK_MS)
                .thenApply(Said::new));
    return CompletableFuture.allOf(asked.values().toArray(CompletableFuture<?>[]::new))
        .thenApply(
            done -> {
              Map<NodeId, Said> said = new TreeMap<>();
              asked.forEach((id, answer) -> said.put(id, answer.join()));
              return plan(group, at, members, said);
            });
  }

  private BootstrapPlan plan(GroupId group, NodeId at, Membership members, Map<NodeId, Said> all) {
    Said founder = all.get(at);
    if (!founder.reached()) {
      throw new ControlException(founder.answer().failure(), founder.answer().message());
    }
    List<Standing> standings = new ArrayList<>();
    List<String> objections = new ArrayList<>();
    if (Boolean.parseBoolean(founder.text(7))) {
      objections.add("node '" + at + "' is a witness and keeps no data");
    }
    if (members.find(at).isEmpty()) {
      objections.add("node '" + at + "' is not a member of the group");
    }
    if (!founder.text(0).equals(GroupStatus.State.RUNNING.name())) {
      objections.add("the replica of node '" + at + "' is " + founder.text(0));
    }
    all.forEach(
        (id, said) -> {
          boolean same = said.text(1).equals(founder.text(1));
          boolean ahead = same && isAhead(said, founder);
          standings.add(
              new Standing(
                  id,
                  said.reached(),
                  said.text(0),
                  said.text(1),
                  said.number(2),
                  said.number(3),
                  said.number(4),
                  ahead));
          if (ahead) {
            objections.add(
                "node '"
                    + id
                    + "' is further ahead: its log ends at "
                    + said.text(4)
                    + ", that of '"
                    + at
                    + "' at "
                    + founder.text(4)
                    + "; bootstrap that one");
          }
          if (same && !said.text(6).isEmpty()) {
            objections.add(
                "node '" + id + "' follows '" + said.text(6) + "': the group has a quorum");
          }
        });
    return new BootstrapPlan(group, at, standings, objections);
  }

  private static boolean isAhead(Said one, Said other) {
    return rank(one).compareTo(rank(other)) > 0;
  }

  private static Bytes rank(Said said) {
    return Bytes.wrap(HexFormat.of().parseHex(said.text(5)));
  }

  // ---- the bootstrap -----------------------------------------------------------------------

  /** Orders it, wherever the node is. */
  CompletableFuture<Void> bootstrap(GroupId group, NodeId at, boolean force) {
    Bytes order = new Encoder().text(group.name()).bool(force).take();
    return node.order(at, PeerOperation.BOOTSTRAP, order, WORK_MS).thenApply(done -> null);
  }

  /** Does it here. */
  CompletableFuture<Answer> bootstrapHere(Bytes order) {
    Decoder in = new Decoder(order);
    GroupId group = GroupId.of(in.text());
    boolean force = in.bool();
    GroupHost host = host(group);
    return plan(group, node.id())
        .thenCompose(
            plan -> {
              if (!force && !plan.objections().isEmpty()) {
                throw new ControlException(
                    Code.INVALID,
                    String.join("; ", plan.objections()) + "; --force does it nevertheless");
              }
              Membership members = host.membership();
              return host.operate(
                  "becomes the whole group by a forced bootstrap",
                  (config, parts, storeId) -> fork(host, members, config, parts, storeId));
            })
        .thenApply(
            done -> {
              ReplicaConfig config = host.manifest().config();
              Fork fork = config.lineage().get(config.lineage().size() - 1);
              node.events()
                  .publish(
                      "group.forked",
                      group.name(),
                      Map.of(
                          "history",
                          Fork.hex(config.historyId()),
                          "parent",
                          Fork.hex(fork.parent()),
                          "position",
                          Long.toString(fork.position())));
              fork.members().members().forEach(m -> node.offer(host, m.node()));
              return Answer.DONE;
            });
  }

  private void fork(
      GroupHost host,
      Membership members,
      ReplicaConfig config,
      Services.Parts parts,
      long storeId) {
    int weight = members.find(node.id()).map(Member::weight).orElse(1);
    Member founder = new Member(node.id(), storeId, Role.VOTER, weight);
    long history = random.nextLong();
    try (Remains remains = remains(config, parts, machine(config, parts), kept -> {})) {
      Fork fork = remains.fork(history, founder, members);
      List<Fork> lineage = new ArrayList<>(config.lineage());
      lineage.add(fork);
      // The state has it: a crash from here on leaves the manifest to be put right by the next
      // start.
      node.groups().replace(host, host.manifest().forked(config.forked(history, lineage)));
    }
  }

  private static StateMachine machine(ReplicaConfig config, Services.Parts parts) {
    return parts.stateMachine().create(config.options());
  }

  private Remains remains(
      ReplicaConfig config, Services.Parts parts, StateMachine machine, Remains.Visitor visitor) {
    try {
      return Remains.read(
          config, node.services()::strategy, parts.log(), parts.storage(), machine, visitor);
    } catch (IllegalStateException e) {
      throw new ControlException(Code.INVALID, "node '" + node.id() + "': " + e.getMessage());
    }
  }

  // ---- seeding anew ------------------------------------------------------------------------

  /** Orders it, wherever the node is. */
  CompletableFuture<ReseedReport> reseed(GroupId group, NodeId at, NodeId donor) {
    String from = donor == null ? "" : donor.name();
    Bytes order = new Encoder().text(group.name()).text(from).take();
    return node.order(at, PeerOperation.RESEED, order, WORK_MS)
        .thenApply(
            answer -> {
              List<String> said = answer.names();
              return new ReseedReport(
                  said.get(0),
                  said.get(1),
                  Long.parseLong(said.get(2)),
                  Long.parseLong(said.get(3)),
                  Long.parseLong(said.get(4)),
                  said.get(5));
            });
  }

  /** Exports and deletes what is here, then joins the group as a learner. */
  CompletableFuture<Answer> reseedHere(Bytes order) {
    Decoder in = new Decoder(order);
    GroupId group = GroupId.of(in.text());
    String from = in.text();
    NodeId donor = from.isEmpty() ? null : NodeId.of(from);
    GroupHost host = host(group);
    GroupManifest old = host.manifest();
    GroupManifest next = old.next();
    if (next == null) {
      throw new ControlException(
          Code.INVALID,
          "the history of group '"
              + group
              + "' on '"
              + node.id()
              + "' has not ended: nothing to do");
    }
    long history = old.config().historyId();
    Fork fork = Fork.from(history, next.config().lineage());
    HistoryExport.Result[] exported = new HistoryExport.Result[1];
    return host.operate(
            "is seeded anew",
            (config, parts, storeId) -> {
              parts.log().links(group); // fails here, if it cannot list what is to be deleted
              StateMachine machine = machine(config, parts);
              HistoryExport export = new HistoryExport(config, next.config(), fork, machine);
              try (Remains remains = remains(config, parts, machine, export::record)) {
                exported[0] = export.write(remains, node.home().dir().resolve("exports"));
              }
              node.groups().replace(host, next.discarding(true));
              Reseeding.discard(group, parts);
              node.groups().replace(host, next.discarding(false));
            })
        .thenCompose(done -> join(group, fork.node(), donor))
        .thenApply(
            done ->
                Answer.done(
                    List.of(
                        Fork.hex(history),
                        Fork.hex(next.config().historyId()),
                        Long.toString(fork.position()),
                        Long.toString(exported[0].position()),
                        Long.toString(exported[0].lines()),
                        exported[0].file() == null ? "" : exported[0].file().toString())));
  }

  private CompletableFuture<Answer> join(GroupId group, NodeId founder, NodeId donor) {
    GroupChange add =
        new GroupChange(GroupChange.Kind.ADD, group, node.id(), Role.LEARNER, 1, "", donor);
    return leaders.request(
        PeerOperation.CHANGE,
        add.encode(),
        () -> CompletableFuture.completedFuture(Answer.elsewhere(founder.name())));
  }
}
