package org.quorate.cli;

/** Exit codes, documented in docs/operating/cli.md. */
public final class ExitCode {
  public static final int OK = 0;

  /** The operation was refused or failed. */
  public static final int FAILED = 1;

  /** The command line makes no sense. */
  public static final int USAGE = 2;

  /** No node answers. */
  public static final int UNREACHABLE = 3;

  /** A write may or may not have been done. */
  public static final int INDETERMINATE = 4;

  /** A check found something: records rejected, a doctor's finding, a lost write. */
  public static final int FINDINGS = 5;

  private ExitCode() {}
}
