package org.quorate.management;

import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.http.HttpServerResponse;
import io.vertx.ext.web.Router;
import io.vertx.ext.web.RoutingContext;
import io.vertx.ext.web.handler.BodyHandler;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletionStage;
import java.util.function.Consumer;
import java.util.function.Supplier;

/** The HTTP routes: one for each operation, the OpenAPI document, health and metrics. */
final class HttpSurface {
  private static final String JSON = "application/json";

  private final ManagedNode node;
  private final OperationTable table;
  private final AccessControl access;

  HttpSurface(ManagedNode node, OperationTable table, AccessControl access) {
    this.node = node;
    this.table = table;
    this.access = access;
  }

  /**
   * Makes the routes.
   *
   * @param health the health operation, whose answer decides between 200 and 503
   * @param metrics text of the metrics
   * @param answered told of each request whose answer has left
   */
  Router router(
      Vertx vertx,
      Operation health,
      Supplier<CompletionStage<String>> metrics,
      Bridges bridges,
      Consumer<HttpServerRequest> answered) {
    Router router = Router.router(vertx);
    router
        .route()
        .handler(
            c -> {
              c.addEndHandler(done -> answered.accept(c.request()));
              c.next();
            });
    router.route().handler(HttpSurface::sameOrigin);
    BodyHandler bodies = BodyHandler.create(false).setBodyLimit(Bridges.MAX_FRAME_BYTES);
    router.post("/eventbus/*").handler(bodies); // of SockJS where there are no WebSockets
    router.route("/eventbus/*").subRouter(bridges.sockJs());
    router.route("/api/*").handler(bodies);
    String openApi = Json.pretty(OpenApi.document(table, "v1"));
    router.get("/api/v1/openapi.json").handler(c -> send(c, 200, JSON, openApi));
    router.get("/health").handler(c -> health(c, health));
    router.get("/metrics").handler(c -> metrics(c, metrics));
    for (Operation operation : table.all()) {
      if (operation.access() == Access.READ) {
        router.route(HttpMethod.GET, operation.path()).handler(c -> run(c, operation));
      }
      router.route(HttpMethod.POST, operation.path()).handler(c -> run(c, operation));
    }
    router.errorHandler(404, HttpSurface::unknown);
    router.errorHandler(
        413,
        c ->
            fail(
                c,
                new Failure(
                    FailureCode.TOO_LARGE,
                    "the body is longer than " + Bridges.MAX_FRAME_BYTES + " bytes",
                    "send less at once")));
    router.errorHandler(405, HttpSurface::wrongMethod);
    router.errorHandler(500, c -> fail(c, OperationException.of(cause(c))));
    return router;
  }

  /** A web page of another origin must not reach a node through its visitor's browser. */
  private static void sameOrigin(RoutingContext c) {
    String origin = c.request().getHeader("Origin");
    String host = String.valueOf(c.request().authority());
    if (origin == null || origin.equals("http://" + host) || origin.equals("https://" + host)) {
      c.next();
      return;
    }
    fail(
        c,
        new Failure(
            FailureCode.FORBIDDEN,
            "pages of " + origin + " have no access",
            "call the node from a page it served, or without a browser"));
  }

  private static Throwable cause(RoutingContext c) {
    return c.failure() == null ? new IllegalStateException("no cause given") : c.failure();
  }

  private static void unknown(RoutingContext c) {
    fail(
        c,
        new Failure(
            FailureCode.NOT_FOUND,
            "nothing at " + c.request().path(),
            "GET /api/v1/openapi.json lists what there is"));
  }

  private static void wrongMethod(RoutingContext c) {
    Failure failure =
        new Failure(
            FailureCode.BAD_REQUEST,
            c.request().method() + " is not for " + c.request().path(),
            "use POST for operations that change something");
    send(c, 405, JSON, Json.text(failure));
  }

  private void run(RoutingContext c, Operation operation) {
    // The answer comes on a group's loop, say; it is written out on that of the connection.
    Context connection = Vertx.currentContext();
    access
        .role(credential(c))
        .compose(
            role -> {
              Map<String, Object> given = given(c);
              AccessControl.check(role, operation, given);
              return Future.fromCompletionStage(
                  OperationTable.invoke(operation, node, given), connection);
            })
        .onComplete(
            ok -> send(c, 200, JSON, Json.text(ok)),
            thrown -> fail(c, OperationException.of(thrown)));
  }

  private static Map<String, Object> given(RoutingContext c) {
    Map<String, Object> given = new LinkedHashMap<>(Json.object(c.body().asString()));
    for (String name : c.queryParams().names()) {
      List<String> all = c.queryParams().getAll(name);
      given.put(name, all.size() == 1 ? all.get(0) : new ArrayList<>(all));
    }
    return given;
  }

  private void health(RoutingContext c, Operation health) {
    Future.fromCompletionStage(
            OperationTable.invoke(health, node, Map.of()), Vertx.currentContext())
        .onComplete(
            ok -> send(c, ((HealthView) ok).healthy() ? 200 : 503, JSON, Json.text(ok)),
            thrown -> fail(c, OperationException.of(thrown)));
  }

  private void metrics(RoutingContext c, Supplier<CompletionStage<String>> metrics) {
    Context connection = Vertx.currentContext();
    access
        .role(credential(c))
        .compose(role -> Future.fromCompletionStage(metrics.get(), connection))
        .onComplete(
            text -> send(c, 200, "text/plain; version=0.0.4; charset=utf-8", text),
            thrown -> fail(c, OperationException.of(thrown)));
  }

  /** A bearer's token, or name and password. */
  private static String credential(RoutingContext c) {
    String header = c.request().getHeader("Authorization");
    if (header != null && header.startsWith("Bearer ")) {
      return header.substring(7).trim();
    } else if (header != null && header.startsWith("Basic ")) {
      try {
        return new String(
            Base64.getDecoder().decode(header.substring(6).trim()), StandardCharsets.UTF_8);
      } catch (IllegalArgumentException e) {
        return "";
      }
    }
    return null;
  }

  private static void fail(RoutingContext c, Failure failure) {
    if (failure.code() == FailureCode.UNAUTHORIZED) {
      c.response().putHeader("WWW-Authenticate", "Basic realm=\"quorate\", charset=\"UTF-8\"");
    }
    send(c, failure.code().status(), JSON, Json.text(failure));
  }

  /** Answers a request whose body there is no room for, and has no more of it. */
  static void full(HttpServerRequest request) {
    Failure failure =
        new Failure(
            FailureCode.OVERLOADED, "too many requests are being received", "try again later");
    request
        .response()
        .setStatusCode(failure.code().status())
        .putHeader("Content-Type", JSON)
        .putHeader("Connection", "close")
        .end(Json.text(failure) + "\n")
        .onComplete(sent -> request.connection().close());
  }

  private static void send(RoutingContext c, int status, String type, String body) {
    HttpServerResponse response = c.response();
    if (response.ended() || response.closed()) {
      return;
    }
    response.setStatusCode(status).putHeader("Content-Type", type).end(body + "\n");
  }
}
