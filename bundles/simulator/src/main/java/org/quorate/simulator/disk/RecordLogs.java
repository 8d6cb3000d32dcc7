package org.quorate.simulator.disk;

import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.Executor;
import org.quorate.api.Bytes;
import org.quorate.api.GroupId;
import org.quorate.spi.storage.LinkStore;
import org.quorate.spi.storage.LogStorage;

/** Logs modelled as records: cheap, so that many seeds are run. */
final class RecordLogs implements Logs {
  private final SimDisk disk;
  private final String path;
  private final Map<String, SimLog> logs = new TreeMap<>();

  RecordLogs(SimDisk disk, String path) {
    this.disk = disk;
    this.path = path;
  }

  private SimLog log(GroupId group, long epoch) {
    String name = group + "/log-" + epoch;
    return logs.computeIfAbsent(name, n -> new SimLog(disk, path + "/" + n));
  }

  @Override
  public LogStorage open() {
    return new LogStorage() {
      @Override
      public String name() {
        return "simulated";
      }

      @Override
      public boolean durable() {
        return true;
      }

      @Override
      public LinkStore open(GroupId group, long epoch, Executor loop) {
        return log(group, epoch).open(loop);
      }

      @Override
      public void delete(GroupId group, long epoch) {
        SimLog gone = logs.remove(group + "/log-" + epoch);
        if (gone != null && gone.isOpen()) {
          throw new IllegalStateException("log " + epoch + " of " + group + " is open");
        }
      }

      @Override
      public boolean movable() {
        return true;
      }

      @Override
      public List<Long> links(GroupId group) {
        String prefix = group + "/log-";
        return logs.keySet().stream()
            .filter(name -> name.startsWith(prefix))
            .map(name -> Long.parseLong(name.substring(prefix.length())))
            .sorted()
            .toList();
      }

      @Override
      public void close() {}
    };
  }

  @Override
  public void crash() {
    logs.values().forEach(SimLog::crash);
  }

  @Override
  public boolean damage() {
    return !logs.isEmpty() && disk.rng.pick(List.copyOf(logs.values())).damage();
  }

  @Override
  public boolean holds(GroupId group, long epoch, long inner, Bytes payload, boolean atIndex) {
    return log(group, epoch).holds(inner, payload, atIndex);
  }
}
