package org.quorate.management;

import io.vertx.core.Handler;
import io.vertx.core.Vertx;
import io.vertx.core.internal.net.NetSocketInternal;
import io.vertx.core.net.NetServer;
import io.vertx.core.net.NetSocket;
import java.lang.reflect.InvocationHandler;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.lang.reflect.Proxy;

/**
 * A Vert.x whose servers limit the length of frames. The TCP bridge makes its server itself and
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
          return result instanceof NetServer server ? guarded(server, maxFrameBytes) : result;
        });
  }

  private static NetServer guarded(NetServer server, int maxFrameBytes) {
    return proxy(
        NetServer.class,
        (proxy, method, arguments) -> {
          if (method.getName().equals("connectHandler") && arguments != null) {
            @SuppressWarnings("unchecked")
            Handler<NetSocket> handler = (Handler<NetSocket>) arguments[0];
            server.connectHandler(socket -> connected(socket, handler, maxFrameBytes));
            return proxy;
          }
          return call(server, method, arguments);
        });
  }

  private static void connected(NetSocket socket, Handler<NetSocket> next, int maxFrameBytes) {
    ((NetSocketInternal) socket)
        .channelHandlerContext()
        .pipeline()
        .addBefore("handler", "frameLimit", new FrameLimit(maxFrameBytes));
    next.handle(socket);
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
