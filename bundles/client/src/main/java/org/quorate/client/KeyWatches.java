package org.quorate.client;

import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import org.quorate.api.Bytes;
import org.quorate.api.GroupAccess;
import org.quorate.api.GroupId;
import org.quorate.api.KeyRange;
import org.quorate.api.ReadOutcome;

/**
 * Waits for changes of keys of one group. A watch whose node is lost is placed at the next one under the
 * version it has, where it is told whatever came after that: nobody has to look, so that many watches
 * cost no read each when a leader dies. On the client's loop.
 */
final class KeyWatches {
  /** Who watches a closed client anew whenever it is told to look does not keep the loop busy. */
  private static final long CLOSED_PAUSE_MS = 20;

  private final QuorateClient client;
  private final GroupId group;
  private final Leader leader;
  private final Set<Watch> unplaced = new LinkedHashSet<>();

  KeyWatches(QuorateClient client, GroupId group, Leader leader) {
    this.client = client;
    this.group = group;
    this.leader = leader;
  }

  private final class Watch implements Connection.Watcher {
    private final List<KeyRange> keys;
    private final long version;
    private final Bytes query; // or null
    private final GroupAccess.Sight then;
    private Runnable cancel = () -> {};
    private boolean over;

    Watch(List<KeyRange> keys, long version, Bytes query, GroupAccess.Sight then) {
      this.keys = keys;
      this.version = version;
      this.query = query;
      this.then = then;
    }

    void place(Connection connection) {
      cancel = connection.watch(group, keys, version, query, this);
    }

    @Override
    public void reached(long reached, ReadOutcome.Answered answer) {
      if (!over) {
        over = true;
        try {
          then.changed(reached, answer);
        } catch (Throwable e) {
          Promises.threw(e);
        }
      }
    }

    @Override
    public void lost(Connection from) {
      leader.moveFrom(from, "");
      if (client.isClosed()) {
        reached(0, null);
      } else {
        await(this);
      }
    }

    void end() {
      over = true;
      unplaced.remove(this);
      cancel.run();
    }
  }

  /** From any thread. */
  Runnable begin(List<KeyRange> keys, long version, Bytes query, GroupAccess.Sight then) {
    Watch watch = new Watch(keys, version, query, then);
    client
        .loop()
        .run(
            () -> {
              Connection connection = watch.over ? null : leader.connection();
              if (connection != null) {
                watch.place(connection);
              } else if (client.isClosed()) {
                watch.cancel = client.loop().after(CLOSED_PAUSE_MS, () -> watch.reached(0, null));
              } else if (!watch.over) {
                await(watch);
              }
            });
    return () -> client.loop().run(watch::end);
  }

  private void await(Watch watch) {
    if (unplaced.isEmpty()) {
      client.loop().execute(this::pump);
    }
    unplaced.add(watch);
  }

  /** Places those that have no node. */
  void pump() {
    Connection connection = unplaced.isEmpty() ? null : leader.connection();
    if (connection == null) {
      return;
    }
    List<Watch> placing = new ArrayList<>(unplaced);
    unplaced.clear();
    for (Watch watch : placing) {
      if (connection.isOpen()) {
        watch.place(connection);
      } else {
        await(watch);
      }
    }
  }

  /** No node can be reached any more: all are told to look, and so learn why. */
  void giveUp() {
    List<Watch> told = new ArrayList<>(unplaced);
    unplaced.clear();
    told.forEach(watch -> watch.reached(0, null));
  }
}
