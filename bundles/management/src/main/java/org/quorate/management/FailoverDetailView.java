package org.quorate.management;

/**
 * A record with its content.
 *
 * @param content what is to be done
 * @param encoding null when the content is plain UTF-8
 * @param text all of it as the XML of gcadmin
 */
public record FailoverDetailView(
    FailoverView record, String content, String encoding, String text) {}
