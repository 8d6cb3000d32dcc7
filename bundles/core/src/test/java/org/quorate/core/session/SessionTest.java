package org.quorate.core.session;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;

import java.util.SplittableRandom;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.quorate.api.Bytes;
import org.quorate.api.wire.Decoder;
import org.quorate.api.wire.Encoder;

class SessionTest {
  private static Session.Answer answer(long n) {
    return new Session.Answer(n, n * 2, Bytes.ofLong(n));
  }

  private static Session session() {
    return new Session(1, 1000, 0, new LargeAnswers());
  }

  @Test
  void keepsAnswersAboveTheAcknowledgedSequence() {
    Session session = session();
    session.keep(3, answer(3));
    session.keep(1, answer(1));
    session.acknowledge(1);
    assertNull(session.answer(2));
    assertEquals(answer(3), session.answer(3));
    assertEquals(1, session.acknowledged());
  }

  @Test
  void agreesWithAMapUnderRandomOrder() {
    SplittableRandom random = new SplittableRandom(7);
    Session session = session();
    TreeMap<Long, Session.Answer> model = new TreeMap<>();
    for (int i = 0; i < 20_000; i++) {
      long low = session.acknowledged();
      if (random.nextInt(8) == 0) {
        long to = low + random.nextInt(random.nextInt(50) == 0 ? 9000 : 40);
        session.acknowledge(to);
        model.headMap(to, true).clear();
      } else {
        long sequence = low + 1 + random.nextInt(random.nextInt(20) == 0 ? Session.WINDOW : 60);
        session.keep(sequence, answer(sequence));
        model.put(sequence, answer(sequence));
      }
      long probe = session.acknowledged() + 1 + random.nextInt(Session.WINDOW);
      assertEquals(model.get(probe), session.answer(probe), "step " + i);
    }
    Encoder out = new Encoder();
    session.encode(out);
    Session back = Session.decode(1, new Decoder(out.take()), new LargeAnswers());
    assertEquals(session.acknowledged(), back.acknowledged());
    model.forEach((s, a) -> assertEquals(a, back.answer(s)));
  }

  @Test
  void anAcknowledgementFarAheadEmptiesTheWindow() {
    Session session = session();
    session.keep(1, answer(1));
    session.acknowledge(1_000_000);
    session.keep(1_000_001, answer(5));
    assertNotNull(session.answer(1_000_001));
    assertNull(session.answer(1_000_002));
  }
}
