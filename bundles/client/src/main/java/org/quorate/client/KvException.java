package org.quorate.client;

import org.quorate.api.kv.KvError;
import org.quorate.api.kv.KvResult;

/** A key-value command or query that the state machine refused; it changed nothing. */
public final class KvException extends RuntimeException {
  private static final long serialVersionUID = 1L;
  private final KvError error;
  private final long revision;

  public KvException(KvResult.Failed failed) {
    super(failed.error() + ": " + failed.message());
    this.error = failed.error();
    this.revision = failed.revision();
  }

  public KvError error() {
    return error;
  }

  /** Revision at which it was refused. */
  public long revision() {
    return revision;
  }
}
