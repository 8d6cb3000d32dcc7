package org.quorate.management;

import io.netty.channel.ChannelHandlerContext;
import io.vertx.core.Handler;
import io.vertx.core.Vertx;
import io.vertx.core.internal.net.NetSocketInternal;
import io.vertx.core.net.NetServer;
import io.vertx.core.net.NetSocket;
import java.lang.reflect.InvocationHandler;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.lang.reflect.Proxy;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * A Vert.x whose servers limit connections and frames. The TCP bridge makes its server itself and
 * offers no hook before the first frame has been collected; standing between it and Vert.x is the
 * only place where its connections can be guarded.
 */
final class GuardedServers {
  private GuardedServers() {}

  static Vertx of(Vertx vertx, int maxFrameBytes) {
    return proxy(
        Vertx.class,
        (proxy, method, arguments) -> {
          Object result = call(vertx, method, arguments);
          return result instanceof NetServer server
              ? new Guard(maxFrameBytes).guarded(server)
              : result;
        });
  }

  /** Of the connections of one server. */
  private static final class Guard {
    private final int maxFrameBytes;
    private final PendingInput pending = new PendingInput();
    private final AtomicInteger open = new AtomicInteger();

    Guard(int maxFrameBytes) {
      this.maxFrameBytes = maxFrameBytes;
    }

    NetServer guarded(NetServer server) {
      return proxy(
          NetServer.class,
          (proxy, method, arguments) -> {
            if (method.getName().equals("connectHandler") && arguments != null) {
              @SuppressWarnings("unchecked")
              Handler<NetSocket> handler = (Handler<NetSocket>) arguments[0];
              server.connectHandler(socket -> connected(socket, handler));
              return proxy;
            }
            return call(server, method, arguments);
          });
    }

    private void connected(NetSocket socket, Handler<NetSocket> next) {
      ChannelHandlerContext context = ((NetSocketInternal) socket).channelHandlerContext();
      context.channel().closeFuture().addListener(closed -> open.decrementAndGet());
      if (open.incrementAndGet() > HttpConnections.MAX) {
        socket.close();
        return;
      }
      context.pipeline().addBefore("handler", "frameLimit", new FrameLimit(maxFrameBytes, pending));
      next.handle(socket);
    }
  }

  private static <T> T proxy(Class<T> type, InvocationHandler handler) {
    return type.cast(Proxy.newProxyInstance(type.getClassLoader(), new Class<?>[] {type}, handler));
  }

  private static Object call(Object target, Method method, Object[] arguments) throws Throwable {
    try {
      return method.invoke(target, arguments);
    } catch (InvocationTargetException e) {
      throw e.getCause();
    }
  }
}
