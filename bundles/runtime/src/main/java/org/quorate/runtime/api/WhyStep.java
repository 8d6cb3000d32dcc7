package org.quorate.runtime.api;

/**
 * One step of the walk configuration, service, protocol, quorum.
 *
 * @param layer configuration, service, protocol or quorum
 * @param ok whether this layer is as it should be
 * @param finding what was found
 * @param todo what to do; empty when ok
 */
public record WhyStep(String layer, boolean ok, String finding, String todo) {}
