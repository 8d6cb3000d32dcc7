package org.quorate.management;

/** A name in a list of names. */
public record NameView(String name) {}
