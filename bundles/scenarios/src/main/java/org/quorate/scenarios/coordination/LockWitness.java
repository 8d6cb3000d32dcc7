package org.quorate.scenarios.coordination;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.quorate.simulator.client.Scene;
import org.quorate.spi.coordination.FencingToken;
import org.quorate.spi.coordination.HeldLock;
import org.quorate.spi.coordination.LockInfo;

/**
 * Who was told to have which lock. While a holder has not released it and its session cannot have ended,
 * by what it was told, nobody else is told to have it; a token is given once; and what a session had is
 * nobody's when it has ended.
 */
final class LockWitness {
  /** A lock as somebody was given it. */
  static final class Holding {
    private final String client;
    private final HeldLock lock;
    private boolean over;

    private Holding(String client, HeldLock lock) {
      this.client = client;
      this.lock = lock;
    }

    /** It is released, or about to be, or its holder was told that it is lost. */
    void over() {
      over = true;
    }

    @Override
    public String toString() {
      return client + " with " + lock.token() + " in session " + lock.session();
    }
  }

  private final Scene scene;
  private final Map<String, List<Holding>> granted = new HashMap<>();

  LockWitness(Scene scene) {
    this.scene = scene;
  }

  Holding granted(String client, HeldLock lock) {
    Holding now = new Holding(client, lock);
    List<Holding> before = granted.computeIfAbsent(lock.name(), l -> new ArrayList<>());
    FencingToken token = lock.token();
    for (Holding other : before) {
      if (other.lock.token().equals(token)) {
        scene.broken("TokensAreGivenOnce", lock.name() + ": " + other + " and " + now);
      } else if (!other.over && lives(other) && lives(now)) {
        scene.broken("LocksAreHeldByOne", lock.name() + ": " + other + " and " + now);
      }
    }
    before.add(now);
    return now;
  }

  /** Somebody who asked at a time did not get it, because of others. */
  void refused(String client, LockInfo current, long askedUs) {
    LockInfo.Claim holder = current.holder();
    if (holder != null && scene.leases().endedBy(holder.session(), askedUs)) {
      scene.broken("LocksGoWithTheirSession", client + " was refused: " + current);
    }
  }

  /** A process that stood still may be told late of what it has lost by then, and can know it. */
  private boolean lives(Holding holding) {
    return scene.leases().lives(holding.lock.session());
  }
}
