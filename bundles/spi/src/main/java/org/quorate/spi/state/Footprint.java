package org.quorate.spi.state;

import java.util.List;
import org.quorate.api.Bytes;
import org.quorate.api.KeyRange;

/**
 * What a command may touch and what it costs, told before it is executed. It only decides which
 * commands are worked out beside each other: what they really read is checked before they count.
 *
 * @param keys logical keys that it may read or write
 * @param ranges likewise
 * @param writes whether it may write any of them
 * @param cost bytes to hash, copy or walk over, roughly
 */
public record Footprint(List<Bytes> keys, List<KeyRange> ranges, boolean writes, long cost) {}
