package org.quorate.runtime.api;

import org.quorate.spi.config.Parameter;

/** A parameter of the node, its value, and whether that was set rather than the default. */
public record ParameterValue(Parameter parameter, String value, boolean set) {}
