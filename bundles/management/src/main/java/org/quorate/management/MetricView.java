package org.quorate.management;

/** A metric's value; labels are part of the name. */
public record MetricView(String name, double value) {}
