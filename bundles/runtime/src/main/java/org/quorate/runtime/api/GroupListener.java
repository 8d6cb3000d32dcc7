package org.quorate.runtime.api;

import org.quorate.api.Group;

/** Told of groups that open and close on a node; on any thread, one call at a time per group. */
public interface GroupListener {
  /** The group takes requests from now on. */
  void opened(Group group);

  /** The group takes none any more: parked, failed or the node stops. */
  void closed(Group group);
}
