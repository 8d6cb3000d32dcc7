package org.quorate.management;

import java.util.List;

/**
 * What was begun and has not ended.
 *
 * @param text the same as gcadmin prints it
 */
public record FailoverListView(List<FailoverView> records, String text) {}
