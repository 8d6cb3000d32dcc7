package org.quorate.assembly;

import java.lang.management.ManagementFactory;
import java.lang.ref.Reference;
import java.lang.reflect.Array;
import java.lang.reflect.Field;
import java.lang.reflect.InaccessibleObjectException;
import java.util.ArrayList;
import java.util.List;
import javax.management.InstanceNotFoundException;
import javax.management.MBeanServer;
import javax.management.ObjectName;

/**
 * What is known to hold class loaders for ever: threads, their thread-locals and timers, MBeans. A
 * thread-local or a timer's task is seen only if the JVM opens the packages they are in.
 */
final class Holders {
  private static final String CLOSED =
      "not looked at: thread-locals and timers (start the node with QUORATE_JAVA_OPTS='--add-opens"
          + " java.base/java.lang=ALL-UNNAMED --add-opens java.base/java.util=ALL-UNNAMED')";

  private static final String UNKNOWN =
      "something else: jcmd PID GC.heap_dump FILE, then the path from a root to this class loader";

  private final ClassLoader loader;
  private final List<String> found = new ArrayList<>();
  private boolean closed;

  private Holders(ClassLoader loader) {
    this.loader = loader;
  }

  /** What holds a class loader; never empty. */
  static List<String> of(ClassLoader loader) {
    Holders holders = new Holders(loader);
    Thread.getAllStackTraces().keySet().forEach(holders::thread);
    holders.beans();
    if (holders.found.isEmpty()) {
      holders.found.add(UNKNOWN);
      if (holders.closed) {
        holders.found.add(CLOSED);
      }
    }
    return holders.found;
  }

  private void thread(Thread thread) {
    String name = "thread '" + thread.getName() + "'";
    if (thread.getContextClassLoader() == loader) {
      found.add(name + ": its context class loader");
    }
    if (isOfLoader(thread)) {
      found.add(name + ": its class " + thread.getClass().getName());
    }
    try {
      Object task = read(Thread.class, thread, "target");
      if (isOfLoader(task)) {
        found.add(name + ": its task " + task.getClass().getName());
      }
      for (String field : List.of("threadLocals", "inheritableThreadLocals")) {
        locals(name, read(Thread.class, thread, field));
      }
      if (thread.getClass().getName().equals("java.util.TimerThread")) {
        timer(name, read(thread.getClass(), thread, "queue"));
      }
    } catch (InaccessibleObjectException e) {
      closed = true;
    } catch (ReflectiveOperationException e) {
      closed |= !(e instanceof NoSuchFieldException); // a JDK that names its fields otherwise
    }
  }

  private void locals(String thread, Object map) throws ReflectiveOperationException {
    Object table = map == null ? null : read(map.getClass(), map, "table");
    for (int i = 0; table != null && i < Array.getLength(table); i++) {
      Object entry = Array.get(table, i);
      if (entry != null) {
        Object key = ((Reference<?>) entry).get();
        Object value = read(entry.getClass(), entry, "value");
        if (isOfLoader(key) || isOfLoader(value)) {
          found.add(thread + ": a thread-local of " + value);
        }
      }
    }
  }

  private void timer(String thread, Object queue) throws ReflectiveOperationException {
    Object tasks = read(queue.getClass(), queue, "queue");
    for (int i = 0; i < Array.getLength(tasks); i++) {
      Object task = Array.get(tasks, i);
      if (isOfLoader(task)) {
        found.add(thread + ": the timer's task " + task.getClass().getName());
      }
    }
  }

  private void beans() {
    MBeanServer server = ManagementFactory.getPlatformMBeanServer();
    for (ObjectName name : server.queryNames(null, null)) {
      try {
        if (server.getClassLoaderFor(name) == loader) {
          found.add("MBean " + name);
        }
      } catch (InstanceNotFoundException e) {
        continue; // unregistered since
      }
    }
  }

  private boolean isOfLoader(Object object) {
    return object != null && (object == loader || object.getClass().getClassLoader() == loader);
  }

  private static Object read(Class<?> type, Object object, String name)
      throws ReflectiveOperationException {
    Field field = type.getDeclaredField(name);
    field.setAccessible(true);
    return field.get(object);
  }
}
