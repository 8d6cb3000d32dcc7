package org.quorate.management;

/** The answer of an operation that has nothing else to say. */
public record DoneView(boolean done, String message) {}
