package org.quorate.api.protocol;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.quorate.api.Bytes;
import org.quorate.api.wire.Encoder;
import org.quorate.api.wire.MalformedException;

class FrameReaderTest {
  private static final int MAX = 4096;

  private static byte[] frames(String... bodies) {
    Encoder out = new Encoder();
    for (String body : bodies) {
      int at = Frames.begin(out, body.length());
      out.raw(Bytes.utf8(body));
      Frames.end(out, at);
    }
    return out.take().toByteArray();
  }

  private static List<String> read(byte[] stream, int... cuts) {
    List<String> got = new ArrayList<>();
    FrameReader reader = new FrameReader(MAX);
    int from = 0;
    for (int cut : cuts) {
      feed(reader, Arrays.copyOfRange(stream, from, cut), got);
      from = cut;
    }
    feed(reader, Arrays.copyOfRange(stream, from, stream.length), got);
    assertEquals(0, reader.held());
    return got;
  }

  private static void feed(FrameReader reader, byte[] chunk, List<String> got) {
    reader.feed(
        chunk,
        0,
        chunk.length,
        (kind, body) -> {
          assertEquals(body.length(), kind);
          got.add(body.utf8());
        });
  }

  @Test
  void framesAreTheSameHoweverTheStreamIsCut() {
    byte[] stream = frames("one", "", "and three");
    List<String> whole = List.of("one", "", "and three");
    for (int a = 0; a <= stream.length; a++) {
      for (int b = a; b <= stream.length; b++) {
        assertEquals(whole, read(stream, a, b), "cut at " + a + " and " + b);
      }
    }
    int[] everywhere = new int[stream.length];
    Arrays.setAll(everywhere, i -> i);
    assertEquals(whole, read(stream, everywhere));
  }

  @Test
  void everyFlippedBitIsFound() {
    byte[] good = frames("payload");
    for (int bit = 0; bit < good.length * 8; bit++) {
      byte[] bad = good.clone();
      bad[bit / 8] ^= (byte) (1 << bit % 8);
      List<String> got = new ArrayList<>();
      FrameReader reader = new FrameReader(MAX);
      try {
        feed(reader, bad, got);
        // The length may now announce more than has come: then nothing may have been handed on.
        assertTrue(reader.held() > 0, "bit " + bit);
      } catch (MalformedException expected) {
        assertTrue(expected.getMessage().contains("frame"), expected.getMessage());
      }
      assertEquals(List.of(), got, "bit " + bit);
    }
  }

  @Test
  void aFrameOverTheLimitIsRefusedByItsLengthAlone() {
    byte[] header = {0, 16, 0, 0, 0, 0, 0, 0};
    MalformedException refused =
        assertThrows(
            MalformedException.class,
            () -> new FrameReader(MAX).feed(header, 0, 8, (kind, body) -> {}));
    assertTrue(refused.getMessage().contains("limit " + MAX), refused.getMessage());
  }

  @Test
  void anotherVersionIsRefused() {
    Encoder out = new Encoder();
    out.i32(0).i32(0).u8(9).u8(1);
    Frames.end(out, 0);
    byte[] stream = out.take().toByteArray();
    MalformedException refused =
        assertThrows(
            MalformedException.class,
            () -> new FrameReader(MAX).feed(stream, 0, stream.length, (kind, body) -> {}));
    assertTrue(refused.getMessage().contains("version 9"), refused.getMessage());
  }

  @Test
  void whatIsHeldGrowsWithWhatCameNotWithWhatWasAnnounced() {
    Encoder out = new Encoder();
    out.i32(MAX - 8).i32(0);
    FrameReader reader = new FrameReader(MAX);
    byte[] head = out.take().toByteArray();
    reader.feed(head, 0, head.length, (kind, body) -> {});
    assertEquals(8, reader.held());
  }

  @Test
  void randomBytesNeverHandAFrameOn() {
    SplittableRandom random = new SplittableRandom(7);
    for (int round = 0; round < 5000; round++) {
      byte[] noise = new byte[random.nextInt(2, 200)];
      random.nextBytes(noise);
      noise[0] = 0;
      noise[1] = 0;
      try {
        new FrameReader(MAX)
            .feed(
                noise,
                0,
                noise.length,
                (kind, body) -> {
                  throw new AssertionError("a frame of kind " + kind);
                });
      } catch (MalformedException expected) {
        assertTrue(expected.offset() >= 0);
      }
    }
  }
}
