package org.quorate.runtime.node;

import java.util.Locale;
import java.util.Map;
import org.quorate.api.GroupStatus;
import org.quorate.api.Gtid;
import org.quorate.api.NodeId;
import org.quorate.spi.consensus.Member;

/** What is told of a group whose replica is closed here. */
final class ClosedStatus {
  private ClosedStatus() {}

  /**
   * From any thread.
   *
   * @param failed whether its storages did not open
   * @param why why it is closed, unless its history has ended
   */
  static GroupStatus of(
      GroupManifest manifest, NodeId self, String storage, boolean failed, String why) {
    String reason = manifest.successor() == null ? why : manifest.ended(self);
    return new GroupStatus(
        manifest.group(),
        self,
        state(manifest, self, failed),
        reason,
        manifest.config().strategy(),
        storage,
        "none",
        null,
        1,
        0,
        0,
        0,
        new Gtid(manifest.config().historyId(), 0),
        "",
        manifest.membership().members().stream().map(ClosedStatus::member).toList(),
        Map.of());
  }

  private static GroupStatus.State state(GroupManifest manifest, NodeId self, boolean failed) {
    if (manifest.successor() != null) {
      return GroupStatus.State.FORKED;
    }
    if (failed) {
      return GroupStatus.State.FAILED;
    }
    return manifest.lists(self) ? GroupStatus.State.PARKED : GroupStatus.State.REMOVED;
  }

  private static GroupStatus.MemberStatus member(Member each) {
    return new GroupStatus.MemberStatus(
        each.node(),
        Long.toHexString(each.storeId()),
        each.role().name().toLowerCase(Locale.ROOT),
        each.weight());
  }
}
