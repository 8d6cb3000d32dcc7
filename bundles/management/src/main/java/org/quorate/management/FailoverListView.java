package org.quorate.management;

import java.util.List;
import java.util.Map;

/**
 * What was begun and has not ended.
 *
 * @param unreadable records that no node can read, by key, with why and what to do
 * @param text the same as gcadmin prints it
 */
public record FailoverListView(
    List<FailoverView> records, Map<String, String> unreadable, String text) {}
