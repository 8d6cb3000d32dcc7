package org.quorate.tck.coordination;

import org.quorate.spi.coordination.Coordinator;

/** Servers of a provider and clients of them; made once for a class of tests. */
public interface CoordinatorFixture extends AutoCloseable {
  /** A client of its own, which shares nothing but the servers with others. */
  Coordinator open(String client) throws Exception;

  /** A client that only looks at what a test has left. */
  default Coordinator onlooker() throws Exception {
    return open("looks on");
  }

  /**
   * Ends a client as the death of its process would: no session is closed and none kept alive any
   * more. What it was asked may be left unanswered.
   */
  void kill(Coordinator client) throws Exception;

  /**
   * Takes away, as a crash would, the server that leads. Returns when it is gone; the others need not
   * serve yet.
   */
  void failOver() throws Exception;

  /** Starts what {@link #failOver} took away and waits until it takes part; after each test. */
  void heal() throws Exception;

  /**
   * Replaces what serves while it serves, and returns when that is done.
   *
   * @return false if the provider cannot: the tests of it are skipped then
   */
  default boolean swap() throws Exception {
    return false;
  }

  /**
   * Gives up the history of changes up to a revision, as happens by itself after many more.
   *
   * @return false if the provider cannot be asked to: the tests of it are skipped then
   */
  default boolean forget(long revision) throws Exception {
    return false;
  }

  @Override
  void close() throws Exception;
}
