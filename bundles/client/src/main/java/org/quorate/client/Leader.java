package org.quorate.client;

import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Consumer;
import org.quorate.api.GroupId;
import org.quorate.api.Outcome;
import org.quorate.api.protocol.GroupInfo;

/**
 * Which node a group's requests go to: follows hints, tries the next node when there is none, and
 * pauses when it goes in circles, asking who else is there: all that are known may have been replaced.
 * On the client's loop.
 */
final class Leader {
  private static final int FREE_MOVES = 2;
  private static final long PAUSE_MIN_MS = 5;
  private static final long PAUSE_MAX_MS = 250;

  /** A node that said it is forked so long ago may have been seeded anew since. */
  private static final long FORKED_MS = 5_000;

  private final QuorateClient client;
  private final GroupId group;
  private final Runnable ready;
  private final Consumer<String> hopeless;
  private final Map<Connection, Long> forkedAtMs = new HashMap<>();
  private final Set<Connection> asked = new HashSet<>(); // who else is there, and have not answered
  private final Set<Connection> heard = new HashSet<>(); // have answered that once
  private Connection target;
  private boolean opening;
  private int moves;
  private long notBeforeMs;
  private boolean waking;

  /**
   * @param ready called when requests can be sent after they could not
   * @param hopeless called with the reason when no node lets this client in
   */
  Leader(QuorateClient client, GroupId group, Runnable ready, Consumer<String> hopeless) {
    this.hopeless = hopeless;
    this.client = client;
    this.group = group;
    this.ready = ready;
  }

  /** The open connection to send on, or null: then {@code ready} is called later. */
  Connection connection() {
    if (client.isClosed()) {
      return null;
    }
    long pause = notBeforeMs - client.nowMs();
    if (pause > 0) {
      wake(pause);
      return null;
    }
    if (target == null) {
      target = client.connections().get(0);
    }
    if (target.isOpen()) {
      return target;
    }
    if (!opening) {
      opening = true;
      Connection wanted = target;
      wanted.open(open -> opened(wanted, open));
    }
    return null;
  }

  private void opened(Connection wanted, boolean open) {
    opening = false;
    if (!open && wanted == target) {
      next();
      pause();
    }
    if (open) {
      learn(wanted);
    } else if (client.connections().stream().allMatch(c -> c.refusal() != null)) {
      hopeless.accept(wanted.trouble());
    }
    ready.run();
  }

  /** Asks for the addresses of the other members, so that any of them can be tried. */
  private void learn(Connection from) {
    if (!from.isOpen() || !asked.add(from)) {
      return;
    }
    from.info(
        group,
        new Connection.Waiter() {
          @Override
          public void info(GroupInfo info) {
            asked.remove(from);
            heard.add(from);
            for (GroupInfo.Place member : info.members()) {
              if (!member.address().isEmpty()) {
                client.connection(member.address());
              }
            }
          }

          @Override
          public void lost(String why) {
            asked.remove(from); // The next connection is asked.
          }
        });
  }

  private void wake(long pause) {
    if (!waking) {
      waking = true;
      client
          .loop()
          .after(
              pause,
              () -> {
                waking = false;
                ready.run();
              });
    }
  }

  /** A request was answered: the target is right. */
  void confirmed() {
    moves = 0;
  }

  /**
   * The node refused or was lost.
   *
   * @param from the connection that said so; what an earlier target says late does not count
   * @param address where to go, or empty
   */
  void moveFrom(Connection from, String address) {
    if (from != target) {
      return;
    }
    if (!address.isEmpty() && !address.equals(from.address())) {
      target = client.connection(address);
    } else if (address.isEmpty()) {
      next();
    }
    if (++moves > FREE_MOVES) {
      learn(from);
      pause();
    }
  }

  /** The node cannot serve this group at all: any other. */
  void leave(Connection from) {
    moveFrom(from, "");
  }

  /**
   * The node holds what is left of a history that has ended.
   *
   * @return whether every node there is has said so lately: there is none to go to
   */
  boolean forked(Connection from) {
    long now = client.nowMs();
    forkedAtMs.put(from, now);
    return client.connections().stream()
        .allMatch(
            c ->
                heard.contains(c)
                    && now - forkedAtMs.getOrDefault(c, now - FORKED_MS - 1) <= FORKED_MS);
  }

  /** What is told in the end of the last refusal: FORKED counts only if all nodes say so. */
  static Outcome late(Outcome refusal) {
    return refusal instanceof Outcome.Rejected refused && refused.code() == Outcome.Rejection.FORKED
        ? new Outcome.NotLeader(null, refused.message() + "; no other node served the group")
        : refusal;
  }

  private void next() {
    List<Connection> all = client.connections();
    target = all.get((all.indexOf(target) + 1) % all.size());
  }

  private void pause() {
    long ceiling = Math.min(PAUSE_MAX_MS, PAUSE_MIN_MS << Math.min(moves, 8));
    notBeforeMs = client.nowMs() + ceiling / 2 + client.jitter(ceiling / 2 + 1);
  }
}
