package org.quorate.cli.load;

import org.quorate.api.Bytes;

/** A key and the value to be put under it. */
record Row(Bytes key, Bytes value) {}
