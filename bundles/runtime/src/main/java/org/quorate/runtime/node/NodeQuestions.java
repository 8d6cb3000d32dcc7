package org.quorate.runtime.node;

import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;
import org.quorate.api.Bytes;
import org.quorate.api.GroupId;
import org.quorate.api.NodeId;
import org.quorate.runtime.api.ControlException;
import org.quorate.runtime.api.ControlException.Code;
import org.quorate.runtime.config.NodeParameters;
import org.quorate.runtime.deploy.Cluster.Question;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** What nodes ask of each other: the asking, and the answers of this one. From any thread. */
final class NodeQuestions {
  private static final Logger LOG = LoggerFactory.getLogger(NodeQuestions.class);

  private final QuorateNode node;

  NodeQuestions(QuorateNode node) {
    this.node = node;
  }

  /** Asks a node, be it this one; null when there is no answer. */
  void ask(NodeId to, PeerOperation what, Bytes body, long timeoutMs, Consumer<Bytes> answer) {
    if (to.equals(node.id())) {
      node.loop().run(() -> answered(node.id(), what, body, answer));
    } else {
      node.transport()
          .ask(to, what.lane(), what.ordinal(), body, timeoutMs, answer, () -> answer.accept(null));
    }
  }

  CompletableFuture<Answer> answer(NodeId to, PeerOperation what, Bytes body, long timeoutMs) {
    CompletableFuture<Answer> future = new CompletableFuture<>();
    ask(
        to,
        what,
        body,
        timeoutMs,
        reply ->
            future.complete(
                reply != null
                    ? Answer.decode(reply)
                    : Answer.failed(
                        Code.UNAVAILABLE,
                        "node '"
                            + to
                            + "' at "
                            + node.addresses().find(to).peer()
                            + " does not answer")));
    return future;
  }

  /** As {@link #answer}, but fails when the answer says so. */
  CompletableFuture<Answer> order(NodeId to, PeerOperation what, Bytes body, long timeoutMs) {
    return answer(to, what, body, timeoutMs)
        .thenApply(
            answer -> {
              if (answer.failure() != null) {
                throw answer.exception();
              }
              return answer;
            });
  }

  void answered(NodeId from, PeerOperation what, Bytes body, Consumer<Bytes> answer) {
    switch (what) {
      case IDENTIFY -> answer.accept(identity().encode());
      case INSTALL -> {
        GroupManifest manifest = GroupManifest.decode(body);
        node.workers()
            .execute(
                () -> {
                  String refused = node.groups().install(manifest);
                  Answer reply =
                      refused == null ? Answer.DONE : Answer.failed(Code.EXISTS, refused);
                  answer.accept(reply.encode());
                });
      }
      case RESERVE -> {
        String refused = node.groups().reserve(GroupManifest.decode(body), reservationMs());
        answer.accept(
            (refused == null ? Answer.DONE : Answer.failed(Code.EXISTS, refused)).encode());
      }
      case CHANGE -> answer(node.changes().perform(GroupChange.decode(body)), answer);
      case SWAP_CHECK -> answer(node.swaps().check(GroupSwap.decode(body)), answer);
      case SWAP -> answer(node.swaps().perform(GroupSwap.decode(body)), answer);
      case SWAP_ABORT -> answer(node.swaps().performAbort(GroupId.of(body.utf8())), answer);
      case LOG_STANDING -> answer(node.forks().standing(GroupId.of(body.utf8())), answer);
      case BOOTSTRAP -> answer(node.forks().bootstrapHere(body), answer);
      case RESEED -> answer(node.forks().reseedHere(body), answer);
      case ASSEMBLY_STATE -> assembly(Question.STATE, body, answer);
      case ASSEMBLY_CHECK -> assembly(Question.CHECK, body, answer);
      case ASSEMBLY_FETCH -> assembly(Question.FETCH, body, answer);
      case STORAGE_CHECK -> answer(node.storageMoves().check(StorageTarget.decode(body)), answer);
      case STORAGE_MOVE -> answer(node.storageMoves().begin(StorageTarget.decode(body)), answer);
      case STORAGE_STATE ->
          answer(node.storageMoves().state(StorageTarget.decode(body).group()), answer);
      case PROPOSE -> node.forwarding().proposed(body, answer);
      case READ -> node.forwarding().read(body, answer);
      case SESSIONS -> node.forwarding().sessions(body, answer);
      case WATCH -> node.forwarding().watch(body, answer);
      default -> throw new ControlException(Code.INTERNAL, "operation " + what + " of " + from);
    }
  }

  private void assembly(Question question, Bytes body, Consumer<Bytes> answer) {
    node.assemblies()
        .answer(question, body)
        .whenComplete(
            (done, problem) -> {
              if (problem != null) {
                LOG.warn("cannot answer {} about an assembly", question, problem);
              }
              answer.accept(done);
            });
  }

  private static void answer(CompletableFuture<Answer> work, Consumer<Bytes> answer) {
    work.whenComplete(
        (done, problem) -> answer.accept((problem == null ? done : Answer.of(problem)).encode()));
  }

  /** Longer than any creation may take. */
  private long reservationMs() {
    return 2 * node.parameters().number(NodeParameters.CREATE_TIMEOUT_MS);
  }

  private Identity identity() {
    Map<String, Long> all = new TreeMap<>();
    node.groups()
        .all()
        .forEach(host -> all.put(host.id().name(), host.manifest().config().historyId()));
    Map<String, Identity.Store> stores = new TreeMap<>();
    node.groups()
        .all()
        .forEach(host -> host.moved().ifPresent(s -> stores.put(host.id().name(), s)));
    return new Identity(
        node.home().storeId(), node.home().volatileStoreId(node.services().losses()), all, stores);
  }
}
