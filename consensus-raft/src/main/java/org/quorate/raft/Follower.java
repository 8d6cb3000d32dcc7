package org.quorate.raft;

/** Takes entries from a leader, if there is one; what it waits for is in {@link Timers}. */
final class Follower implements RoleState {
  static final Follower INSTANCE = new Follower();

  private Follower() {}

  @Override
  public String word() {
    return "follower";
  }
}
