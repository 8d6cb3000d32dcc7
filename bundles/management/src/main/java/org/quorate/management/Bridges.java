package org.quorate.management;

import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.json.JsonObject;
import io.vertx.core.net.NetServerOptions;
import io.vertx.core.net.SocketAddress;
import io.vertx.ext.bridge.BaseBridgeEvent;
import io.vertx.ext.bridge.BridgeOptions;
import io.vertx.ext.bridge.PermittedOptions;
import io.vertx.ext.eventbus.bridge.tcp.TcpEventBusBridge;
import io.vertx.ext.web.Router;
import io.vertx.ext.web.handler.sockjs.SockJSBridgeOptions;
import io.vertx.ext.web.handler.sockjs.SockJSHandler;
import io.vertx.ext.web.handler.sockjs.SockJSHandlerOptions;
import java.util.concurrent.TimeUnit;
import org.quorate.runtime.api.AccessRole;

/**
 * Lets programs outside reach the event bus, at the addresses of the operations and of the events
 * only. With tokens configured a message carries its token in the header {@code token}.
 */
final class Bridges {
  /** Longest frame or message from outside, bytes. */
  static final int MAX_FRAME_BYTES = 2 << 20;

  private static final int IDLE_SECONDS = 300;

  private final Vertx vertx;
  private final OperationTable table;
  private final AccessControl access;

  Bridges(Vertx vertx, OperationTable table, AccessControl access) {
    this.vertx = vertx;
    this.table = table;
    this.access = access;
  }

  /** The bridge of {@code vertx-tcp-eventbus-bridge}: frames of a length and a JSON object. */
  Future<TcpEventBusBridge> tcp(SocketAddress address, NetServerOptions options) {
    BridgeOptions permitted = new BridgeOptions();
    for (Operation operation : table.all()) {
      permitted.addInboundPermitted(permit(operation.address()));
    }
    permitted.addOutboundPermitted(permit(EventBusSurface.EVENTS));
    NetServerOptions server =
        new NetServerOptions(options)
            .setIdleTimeout(IDLE_SECONDS)
            .setIdleTimeoutUnit(TimeUnit.SECONDS);
    return TcpEventBusBridge.create(
            GuardedServers.of(vertx, MAX_FRAME_BYTES), permitted, server, this::decide)
        .listen(address);
  }

  /** The WebSocket bridge for browsers. */
  Router sockJs() {
    SockJSBridgeOptions permitted = new SockJSBridgeOptions();
    for (Operation operation : table.all()) {
      permitted.addInboundPermitted(permit(operation.address()));
    }
    permitted.addOutboundPermitted(permit(EventBusSurface.EVENTS));
    SockJSHandlerOptions options = new SockJSHandlerOptions().setMaxBytesStreaming(MAX_FRAME_BYTES);
    return SockJSHandler.create(vertx, options).bridge(permitted, this::decide);
  }

  private static PermittedOptions permit(String address) {
    return new PermittedOptions().setAddress(address);
  }

  /**
   * Who it is, is found out here and written into the message, over whatever stood there; whether
   * that role may run the operation is answered by {@link EventBusSurface}, as a failed reply.
   */
  private void decide(BaseBridgeEvent event) {
    switch (event.type()) {
      case SEND, PUBLISH -> {
        JsonObject message = event.getRawMessage();
        JsonObject headers = message.getJsonObject("headers", new JsonObject());
        role(headers)
            .onComplete(
                role -> {
                  message.put("headers", headers.copy().put(EventBusSurface.ROLE, role.name()));
                  event.complete(true);
                },
                unknown -> {
                  message.put("headers", headers.copy().put(EventBusSurface.ROLE, ""));
                  event.complete(true);
                });
      }
      case REGISTER ->
          role(event.getRawMessage().getJsonObject("headers", new JsonObject()))
              .onComplete(role -> event.complete(true), unknown -> event.complete(false));
      default -> event.complete(true);
    }
  }

  private Future<AccessRole> role(JsonObject headers) {
    Object token = headers.getValue("token");
    return access.role(token == null ? null : token.toString());
  }
}
