package org.quorate.management;

import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.eventbus.Message;
import io.vertx.core.eventbus.MessageConsumer;
import io.vertx.core.eventbus.ReplyException;
import io.vertx.core.eventbus.ReplyFailure;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.quorate.runtime.api.AccessRole;

/**
 * Answers every operation at {@code quorate.<operation>}: a JSON object of arguments in, the answer
 * out. A failure is a failed reply: its code is that of {@link FailureCode#status()} and its message
 * the {@link Failure} as JSON.
 */
final class EventBusSurface {
  /** Where changes are published: a JSON object with {@code type}, {@code node} and what changed. */
  static final String EVENTS = "quorate.events";

  /** Header that the bridges set: the caller's role, empty if he is not known; absent inside. */
  static final String ROLE = "quorate.role";

  private final List<MessageConsumer<?>> consumers = new ArrayList<>();

  EventBusSurface(Vertx vertx, OperationTable table, ManagedNode node) {
    for (Operation operation : table.all()) {
      if (operation.address().equals(EVENTS)) {
        throw new IllegalArgumentException(EVENTS + " is where events are published");
      }
      consumers.add(
          vertx
              .eventBus()
              .consumer(operation.address(), message -> answer(operation, node, message)));
    }
  }

  private static void answer(Operation operation, ManagedNode node, Message<?> message) {
    Future<?> answer;
    try {
      Map<String, Object> given =
          Json.object(message.body() == null ? "" : message.body().toString());
      check(message.headers().get(ROLE), operation, given);
      // It comes on a group's loop, say; it is written out on that of the consumer.
      answer =
          Future.fromCompletionStage(
              OperationTable.invoke(operation, node, given), Vertx.currentContext());
    } catch (OperationException e) {
      answer = Future.failedFuture(e);
    }
    answer.onComplete(
        ok -> message.reply(json(Json.text(ok))),
        thrown -> {
          Failure failure = OperationException.of(thrown);
          message.reply(
              new ReplyException(
                  ReplyFailure.RECIPIENT_FAILURE, failure.code().status(), Json.text(failure)));
        });
  }

  /** A message without the header comes from inside the process. */
  private static void check(String role, Operation operation, Map<String, ?> given) {
    if (role != null && role.isEmpty()) {
      throw new OperationException(
          FailureCode.UNAUTHORIZED,
          operation.name() + " wants to know who you are",
          "send the header 'token' (docs/operating/security.md)");
    } else if (role != null) {
      AccessControl.check(AccessRole.valueOf(role), operation, given);
    }
  }

  private static Object json(String text) {
    return text.startsWith("[") ? new JsonArray(text) : new JsonObject(text);
  }

  Future<?> close() {
    return Future.join(consumers.stream().map(MessageConsumer::unregister).toList());
  }
}
