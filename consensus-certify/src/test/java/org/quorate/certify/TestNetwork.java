package org.quorate.certify;

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
final class TestNetwork {
  record Sent(NodeId from, NodeId to, Lane lane, CertifyMessage message) {
    @Override
    public String toString() {
      return from + "→" + to + " " + Words.of(message);
    }
  }

  final List<Sent> queue = new ArrayList<>();
  final Map<NodeId, Long> sentBytes = new TreeMap<>();
  private final Set<String> cut = new HashSet<>();

  /** Encodes and decodes as a real way would. */
  void add(NodeId from, NodeId to, Lane lane, Message message) {
    if (from.equals(to)) {
      throw new IllegalStateException(from + " sends to itself: " + message);
    }
    if (!cut.contains(from + ">" + to)) {
      Encoder out = new Encoder();
      message.encode(out);
      Bytes frame = Bytes.wrap(out.take().toByteArray());
      sentBytes.merge(from, (long) frame.length(), Long::sum);
      queue.add(new Sent(from, to, lane, CertifyCodec.decode(frame)));
    }
  }

  /** What is sent from now on is lost, and so is what is on the way. */
  void cut(NodeId from, NodeId to) {
    cut.add(from + ">" + to);
    queue.removeIf(s -> s.from().equals(from) && s.to().equals(to));
  }

  void heal() {
    cut.clear();
  }

  Sent take(Predicate<Sent> which) {
    for (int i = 0; i < queue.size(); i++) {
      if (which.test(queue.get(i))) {
        return queue.remove(i);
      }
    }
    return null;
  }
}
