package org.quorate.simulator.disk;

import org.quorate.api.Bytes;
import org.quorate.api.GroupId;
import org.quorate.spi.storage.LogStorage;

/** The logs on one node's disk. */
interface Logs {
  /** As one process opens them. */
  LogStorage open();

  /** The process died. */
  void crash();

  /** Flips a byte of what is durable; false if there is none. */
  boolean damage();

  /** Whether what is durable holds a payload; at its index only, or anywhere. */
  boolean holds(GroupId group, long link, long inner, Bytes payload, boolean atIndex);
}
