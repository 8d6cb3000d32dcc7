package org.quorate.spi.operations;

import java.util.concurrent.CompletionStage;
import org.osgi.annotation.versioning.ConsumerType;

/**
 * What a node of the product does in an operation. Called on worker threads, which it may block, for
 * several operations at once. A stage that fails, an exception and null all count as a failure, what
 * comes after the phase is over counts no more. Of one operation a node is told to prepare once (again,
 * if it failed and the node is not online yet), and then to complete, that it is offline, or to catch up.
 * What brings it to a state is never undone by an older call: see {@link #complete}, {@link #catchUp} and
 * {@link #offline}.
 */
@ConsumerType
public interface Participant {
  /**
   * Gets ready, and stays so until it is told to complete or is offline: for example locks what it knows
   * of a table, or lets sessions wait and those finish that cannot. Also called before this node is online,
   * for operations that are under way.
   *
   * @return what it says, up to {@link OperationLimits#ANSWER_BYTES}; if it fails, all abort
   */
  CompletionStage<String> prepare(Operation operation);

  /**
   * Does the work, when all members are ready; on one of them. With {@link OperationSpec#repeatable} it
   * may be called again elsewhere, with a higher {@link Operation#attempt}, while an earlier call goes on
   * in a process that hangs: give what is worked on the id and that number. When it is aborted meanwhile
   * this node is told to complete, or that it is offline: the work is to have no effect after that.
   *
   * @return the result, up to {@link OperationLimits#RESULT_BYTES}; if it fails, all abort
   */
  CompletionStage<String> execute(Operation operation);

  /**
   * Ends what was prepared. It may be called while that goes on still, which is to have no effect any
   * more then, and a second time with ROLLED_BACK after COMMITTED, when the first call has ended.
   *
   * @param operation with the changes that hold now; when it was rolled back, those that hold again
   * @return if it fails, or does not end in time, this node is put offline; if it fails and keys were
   *     changed, all roll back before
   */
  CompletionStage<Void> complete(Operation operation, Decision decision);

  /**
   * This node is offline: it was cut off, removed, or has not completed an operation. Everything that was
   * prepared ends, and what depends on the cluster is not served until it is online again. If {@link
   * #online} has not returned by then, this is called once more when it has. Only when it has returned
   * the others go on before the lease ends, and the node comes back.
   */
  void offline(String why);

  /**
   * Brings this node up to date; after that it is online as soon as nothing else was decided meanwhile.
   * What is among the missed ones and was prepared before ends by it. Not called while an earlier call of
   * it, or of {@link #complete}, goes on: a node where one never ends stays offline until it is started
   * again.
   *
   * @return tried again later if it fails
   */
  CompletionStage<Void> catchUp(CatchUp state);

  /** This node is online: what depends on the cluster may be served. */
  void online();
}
