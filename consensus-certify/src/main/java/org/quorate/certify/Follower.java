package org.quorate.certify;

/** Acknowledges what the sequencer of its view orders, or waits for one. */
final class Follower implements RoleState {
  static final Follower INSTANCE = new Follower();

  private Follower() {}

  @Override
  public String word() {
    return "member";
  }
}
