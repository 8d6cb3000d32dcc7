package org.quorate.coordinator.zk.state;

import org.quorate.spi.coordination.FencingToken;
import org.quorate.spi.coordination.LockInfo;

/**
 * What became of a request for a lock.
 *
 * @param token null if it was refused
 * @param granted whether it is held; if not and not refused, it waits
 * @param refused who holds it, if nobody was to wait for it
 */
public record LockReply(FencingToken token, boolean granted, LockInfo refused) {}
