package org.quorate.raft;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;

import java.io.IOException;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.quorate.raft.RaftMutantsAreCaughtTest.RemovesTooMuch;
import org.quorate.raft.RaftMutantsAreCaughtTest.TrustsItsLeadership;
import org.quorate.tck.protocol.Transcript;

/** The transcript of a scenario comes out otherwise without the rule that it is about. */
class RulesTest {
  private static final class CommitsOlderTerms extends Rules {
    @Override
    boolean commitsByCounting(long entryTerm, long term) {
      return true;
    }
  }

  @Test
  void figureEightNeedsTheRuleOfTheOwnTerm() throws Exception {
    needed("19-figure-8", new CommitsOlderTerms());
  }

  @Test
  void reorderedAppendsNeedTheRuleOfConflicts() throws Exception {
    needed("20-reordered-appends", new RemovesTooMuch());
  }

  @Test
  void anIsolatedLeaderNeedsToKnowThatItIsOne() throws Exception {
    needed("11-leader-hears-nothing", new TrustsItsLeadership());
  }

  private static void needed(String transcript, Rules without)
      throws IOException, URISyntaxException {
    Path file = Path.of(RulesTest.class.getResource("/transcripts/" + transcript + ".txt").toURI());
    String recorded = Files.readString(file);
    assertEquals(recorded, Transcript.play(file, new RaftCommands(Rules.SOUND)));
    assertNotEquals(recorded, played(file, without));
  }

  /** What comes out, be it that a node fails. */
  private static String played(Path file, Rules rules) throws IOException {
    try {
      return Transcript.play(file, new RaftCommands(rules));
    } catch (AssertionError e) {
      return e.getMessage();
    }
  }
}
