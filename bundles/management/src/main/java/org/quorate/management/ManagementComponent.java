package org.quorate.management;

import io.vertx.core.Vertx;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.osgi.framework.BundleContext;
import org.osgi.framework.BundleException;
import org.osgi.framework.Constants;
import org.osgi.framework.ServiceRegistration;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Deactivate;
import org.osgi.service.component.annotations.Reference;
import org.quorate.runtime.api.NodeControl;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Serves the operations of the node of this framework where its configuration says. */
@Component(
    immediate = true,
    service = {})
public final class ManagementComponent {
  private static final Logger LOG = LoggerFactory.getLogger(ManagementComponent.class);
  private static final int PATIENCE_S = 10;

  /** Lets the answer to the call leave before the connection goes. */
  private static final int STOP_DELAY_MS = 200;

  private final ManagementServer server;
  private final ServiceRegistration<ManagedNode> registration;

  @Activate
  public ManagementComponent(
      BundleContext context, @Reference Vertx vertx, @Reference NodeControl control) {
    server =
        new ManagementServer(
            vertx,
            control,
            config(control),
            () -> stop(context, vertx),
            new OsgiCoordinators(context, task -> ManagementServer.work(vertx, task)));
    // What stands on it, such as the shell, is there before anybody hears that the node answers.
    registration = context.registerService(ManagedNode.class, server.node(), null);
    server
        .start()
        .onFailure(
            t ->
                LOG.error(
                    "the node runs, but management does not: {}; correct the node's file and"
                        + " start it again",
                    t.getMessage()));
  }

  private static ManagementConfig config(NodeControl control) {
    Map<String, String> values = control.configuration();
    return new ManagementConfig(
        values.get("listen.http"),
        values.get("listen.bridge"),
        values.get("tls.certificate"),
        values.get("tls.key"),
        new AccessControl(control::authenticate));
  }

  private static void stop(BundleContext context, Vertx vertx) {
    vertx.setTimer(
        STOP_DELAY_MS,
        timer -> {
          try {
            context.getBundle(Constants.SYSTEM_BUNDLE_LOCATION).stop();
          } catch (BundleException e) {
            LOG.error("the framework does not stop", e);
          }
        });
  }

  @Deactivate
  public void close() throws InterruptedException {
    registration.unregister();
    try {
      server.close().toCompletionStage().toCompletableFuture().get(PATIENCE_S, TimeUnit.SECONDS);
    } catch (ExecutionException | TimeoutException e) {
      LOG.warn("management did not close in time", e);
    }
  }
}
