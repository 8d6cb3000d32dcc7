package org.quorate.coordinator.zk.state;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.quorate.spi.coordination.FencingToken;
import org.quorate.spi.coordination.HeldLock;
import org.quorate.spi.coordination.KeyEvent;

/** What an entry has changed, for those who wait for it. */
public final class Applied {
  private final List<KeyEvent> events = new ArrayList<>();
  private final List<FencingToken> granted = new ArrayList<>();
  private final Map<FencingToken, HeldLock.Loss> gone = new LinkedHashMap<>();
  private final List<Long> ended = new ArrayList<>();
  private final List<Long> renewed = new ArrayList<>();
  private Object result;
  private boolean repeated;
  private boolean anew;
  private long since;

  /** The result of the command, or the {@code CoordinationException} that says why there is none. */
  public Object result() {
    return result;
  }

  /** Whether the entry had been there before, or comes too late, and so has no effect. */
  public boolean repeated() {
    return repeated;
  }

  /** Changes of keys, in their order. */
  public List<KeyEvent> events() {
    return events;
  }

  /** Claims that waited and hold their lock now. */
  public List<FencingToken> granted() {
    return granted;
  }

  /** Claims that are no more, held or waiting, and why. */
  public Map<FencingToken, HeldLock.Loss> gone() {
    return gone;
  }

  /** Sessions that have ended. */
  public List<Long> ended() {
    return ended;
  }

  /** Sessions whose TTL begins anew. */
  public List<Long> renewed() {
    return renewed;
  }

  /** Whether all is other than before: what changed is not told key by key. */
  public boolean anew() {
    return anew;
  }

  /** If so, the revision behind which changes are told. */
  public long since() {
    return since;
  }

  void becomesAnew(long behind) {
    anew = true;
    since = behind;
  }

  void result(Object value) {
    result = value;
  }

  void repeat() {
    repeated = true;
  }
}
