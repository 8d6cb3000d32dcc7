package org.quorate.runtime.osgi;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.Hashtable;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import org.osgi.framework.Bundle;
import org.osgi.framework.BundleContext;
import org.osgi.framework.ServiceFactory;
import org.osgi.framework.ServiceRegistration;
import org.quorate.api.Group;
import org.quorate.api.GroupAccess;
import org.quorate.api.GroupId;
import org.quorate.runtime.api.GroupListener;
import org.quorate.runtime.api.NodeControl;
import org.quorate.runtime.node.NodeAccess;
import org.quorate.runtime.node.QuorateNode;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Each open group of a node is a service, and a way to it that a bundle opens when it uses it. They come
 * and go on a thread of their own: what components do meanwhile, such as asking the group, is their
 * business, and a group that waited for them on its loop would wait for itself.
 */
final class GroupServices implements GroupListener, AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(GroupServices.class);

  /** Components that take longer to stop are left to it. */
  private static final long CLOSE_MS = 5000;

  private final BundleContext context;
  private final QuorateNode node;
  private final Map<Group, List<ServiceRegistration<?>>> offered = new HashMap<>(); // on the thread
  private ServiceRegistration<?> system; // on the thread
  private final ExecutorService thread =
      Executors.newSingleThreadExecutor(
          task -> {
            Thread made = new Thread(task, "quorate-services");
            made.setContextClassLoader(GroupServices.class.getClassLoader());
            made.setDaemon(true);
            return made;
          });

  GroupServices(BundleContext context, QuorateNode node) {
    this.context = context;
    this.node = node;
  }

  @Override
  public void opened(Group group) {
    execute(
        () -> {
          if (!offered.containsKey(group)) {
            offered.put(group, register(group));
          }
        });
  }

  @Override
  public void closed(Group group) {
    execute(() -> unregister(group));
  }

  private void execute(Runnable task) {
    try {
      thread.execute(
          () -> {
            try {
              task.run();
            } catch (IllegalStateException e) {
              LOG.debug("this bundle stops, the framework takes its services back", e);
            }
          });
    } catch (RejectedExecutionException e) {
      LOG.debug("the services of groups have been taken back");
    }
  }

  private List<ServiceRegistration<?>> register(Group group) {
    Hashtable<String, Object> properties = new Hashtable<>();
    properties.put("quorate.group", group.id().name());
    List<ServiceRegistration<?>> made = new ArrayList<>();
    made.add(context.registerService(Group.class, group, properties));
    if (!group.id().equals(NodeControl.SYSTEM_GROUP)) {
      properties.put("quorate.state", node.groups().find(group.id()).stateMachine());
      ServiceFactory<GroupAccess> accesses = new Accesses(group.id());
      made.add(context.registerService(GroupAccess.class, accesses, properties));
    } else {
      registerSystem();
    }
    return made;
  }

  /**
   * Offers the way to the group that holds what nodes decide together: for parts of the node, which find it
   * by its name alone. It stays until the node stops, wherever that group is served. From any thread.
   */
  void offerSystem() {
    execute(this::registerSystem);
  }

  private void registerSystem() {
    if (system == null) {
      Hashtable<String, Object> properties = new Hashtable<>();
      properties.put("quorate.group", NodeControl.SYSTEM_GROUP.name());
      ServiceFactory<GroupAccess> accesses = new Accesses(NodeControl.SYSTEM_GROUP);
      system = context.registerService(GroupAccess.class, accesses, properties);
    }
  }

  private void unregisterSystem() {
    if (system != null) {
      system.unregister();
    }
  }

  private void unregister(Group group) {
    List<ServiceRegistration<?>> gone = offered.remove(group);
    if (gone == null) {
      return;
    }
    for (ServiceRegistration<?> each : gone) {
      try {
        each.unregister();
      } catch (IllegalStateException e) {
        LOG.debug("the framework has taken the services of group {} back", group.id());
      }
    }
  }

  /** All that are left go. Blocks a few seconds at most. */
  @Override
  public void close() {
    execute(() -> List.copyOf(offered.keySet()).forEach(this::unregister));
    execute(this::unregisterSystem);
    thread.shutdown();
    try {
      if (!thread.awaitTermination(CLOSE_MS, TimeUnit.MILLISECONDS)) {
        LOG.warn("components did not let go of groups within {} ms", CLOSE_MS);
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  /** Each bundle has its own. */
  private final class Accesses implements ServiceFactory<GroupAccess> {
    private final GroupId group;

    Accesses(GroupId group) {
      this.group = group;
    }

    @Override
    public GroupAccess getService(Bundle bundle, ServiceRegistration<GroupAccess> registration) {
      return node.access(group);
    }

    @Override
    public void ungetService(
        Bundle bundle, ServiceRegistration<GroupAccess> registration, GroupAccess access) {
      ((NodeAccess) access).close();
    }
  }
}
