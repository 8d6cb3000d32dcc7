package org.quorate.operations;

import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executor;
import java.util.function.BiConsumer;
import java.util.function.Supplier;
import org.quorate.spi.coordination.Coordinator;
import org.quorate.spi.coordination.kit.ServiceLoop;
import org.quorate.spi.operations.OperationException;
import org.quorate.spi.operations.Participant;

/** What the parts of a node share. */
record Hub(
    Coordinator coordinator,
    Layout layout,
    Settings settings,
    String node,
    Participant participant,
    ServiceLoop loop,
    Executor workers,
    Events events) {
  Steps steps() {
    return new Steps(layout, node, loop.wallMs());
  }

  /** Takes what becomes of a request to the loop. */
  <T> void then(CompletionStage<T> stage, BiConsumer<T, OperationException> done) {
    loop.then(stage, (value, e) -> done.accept(value, Errors.of(e)));
  }

  /** Asks the product, on a worker; what it throws, and null, are failures. */
  <T> void ask(Supplier<CompletionStage<T>> what, BiConsumer<T, String> done) {
    workers.execute(
        () -> {
          CompletionStage<T> stage;
          try {
            stage = what.get();
          } catch (Throwable e) { // whatever it is: its node waits for the end of this call
            loop.execute(() -> done.accept(null, Errors.said(e)));
            return;
          }
          if (stage == null) {
            loop.execute(() -> done.accept(null, "it answered null"));
          } else {
            loop.then(stage, (value, e) -> done.accept(value, e == null ? null : Errors.said(e)));
          }
        });
  }

  /** Tells the product something, on a worker. */
  void tell(String what, Runnable call, Runnable then) {
    workers.execute(
        () -> {
          try {
            call.run();
          } catch (Throwable e) { // as above
            loop.execute(() -> events.event(Events.Kind.FAILED, what + ": " + Errors.said(e)));
          }
          loop.execute(then);
        });
  }

  /** A text of the product, or why it is none. */
  static String fitting(String text, int limit) {
    return text == null ? "" : org.quorate.spi.operations.OperationLimits.text("it", text, limit);
  }
}
