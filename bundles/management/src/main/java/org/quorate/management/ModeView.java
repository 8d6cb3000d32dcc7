package org.quorate.management;

/** What the cluster may begin: normal, readonly, recovery. */
public record ModeView(String mode) {}
