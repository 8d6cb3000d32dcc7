package org.quorate.api.kv;

/** Why a key-value command was refused; it had no effect. */
public enum KvError {
  /** Does not decode, or asks for something that has no meaning. */
  MALFORMED,
  /** A key, value, transaction, deletion or answer over its limit. */
  TOO_LARGE,
  /** An increment of a value that is not a decimal number of 64 bits. */
  NOT_A_NUMBER,
  /** An increment whose sum does not fit into 64 bits. */
  OVERFLOW,
  /** The lease has ended or never was. */
  UNKNOWN_LEASE,
  /** The revision has been compacted already. */
  COMPACTED,
  /** The revision has not been reached. */
  FUTURE_REVISION,
  /** A key must have at least one byte. */
  EMPTY_KEY,
  /** The sum would be below the bound that the command names. */
  OUT_OF_BOUNDS
}
