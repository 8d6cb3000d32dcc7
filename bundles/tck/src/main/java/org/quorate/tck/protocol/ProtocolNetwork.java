package org.quorate.tck.protocol;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Predicate;
import org.quorate.api.Bytes;
import org.quorate.api.NodeId;
import org.quorate.api.wire.Encoder;
import org.quorate.spi.consensus.Message;
import org.quorate.spi.transport.Lane;

/** Messages on the way, in the order they were sent; the test decides which arrive, and when. */
public final class ProtocolNetwork {
  /** A message on the way. */
  public record Sent(NodeId from, NodeId to, Lane lane, Message message, Dialect dialect) {
    /** The word for this kind of message. */
    public String kind() {
      return dialect.kind(message);
    }

    @Override
    public String toString() {
      return from + "→" + to + " " + dialect.words(message);
    }
  }

  public final List<Sent> queue = new ArrayList<>();
  public final Map<NodeId, Long> sentBytes = new TreeMap<>();
  private final Set<String> cut = new HashSet<>();
  private final Dialect dialect;

  ProtocolNetwork(Dialect dialect) {
    this.dialect = dialect;
  }

  /** Encodes and decodes as a real way would. */
  public void add(NodeId from, NodeId to, Lane lane, Message message) {
    if (from.equals(to)) {
      throw new IllegalStateException(from + " sends to itself: " + message);
    }
    if (!cut.contains(from + ">" + to)) {
      Encoder out = new Encoder();
      message.encode(out);
      Bytes frame = Bytes.wrap(out.take().toByteArray());
      sentBytes.merge(from, (long) frame.length(), Long::sum);
      queue.add(new Sent(from, to, lane, dialect.decode(frame), dialect));
    }
  }

  /** What is sent from now on is lost, and so is what is on the way. */
  public void cut(NodeId from, NodeId to) {
    cut.add(from + ">" + to);
    queue.removeIf(s -> s.from().equals(from) && s.to().equals(to));
  }

  public void heal() {
    cut.clear();
  }

  public Sent take(Predicate<Sent> which) {
    for (int i = 0; i < queue.size(); i++) {
      if (which.test(queue.get(i))) {
        return queue.remove(i);
      }
    }
    return null;
  }
}
