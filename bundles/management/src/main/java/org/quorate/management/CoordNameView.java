package org.quorate.management;

/**
 * A name below a path of a coordinator.
 *
 * @param key whether there is a key of that name
 * @param below whether there are keys below it
 */
public record CoordNameView(String name, boolean key, boolean below) {}
