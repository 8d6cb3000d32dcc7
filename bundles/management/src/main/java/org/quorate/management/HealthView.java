package org.quorate.management;

import java.util.List;

/**
 * Whether a node does its work.
 *
 * @param reasons what is wrong, empty when healthy
 */
public record HealthView(boolean healthy, String node, List<String> reasons) {}
