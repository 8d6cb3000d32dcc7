package org.quorate.spi.coordination.kit;

import org.quorate.spi.coordination.KeyEntry;
import org.quorate.spi.coordination.KeyEvent;

/** Keys of a service as they were at one revision. Not thread-safe. */
public interface Mirror {
  /** Takes in a key that was listed. */
  void put(KeyEntry entry);

  /** Takes in a change. It may be older than what was listed of its key: then it is to be left out. */
  void apply(KeyEvent event);

  /** All changes up to this revision have been taken in. */
  void at(long revision);
}
