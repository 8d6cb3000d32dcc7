package org.quorate.spi.failover;

import org.quorate.api.Bytes;

/** A record with its content, empty if none was set. */
public record FailoverDetail(FailoverRecord record, Bytes content) {}
