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

  private void decide(BaseBridgeEvent event) {
    boolean pass =
        switch (event.type()) {
          case SEND, PUBLISH, REGISTER -> allowed(event.getRawMessage());
          default -> true;
        };
    event.complete(pass);
  }

  private boolean allowed(JsonObject message) {
    JsonObject headers = message.getJsonObject("headers", new JsonObject());
    try {
      access.check(headers.getString("token"), message.getString("address", "this address"));
      return true;
    } catch (OperationException e) {
      return false;
    }
  }
}
