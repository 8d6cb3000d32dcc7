package org.quorate.core.certify;

import java.util.List;
import org.quorate.api.Bytes;
import org.quorate.api.NodeId;

/**
 * A commit as the certifier remembers it.
 *
 * @param node where it was proposed; null for what the group did by itself
 * @param keys what it wrote; empty if it could not name that
 */
record Commit(long version, NodeId node, List<Bytes> keys) {}
