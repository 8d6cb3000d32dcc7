package org.quorate.shell;

/**
 * What a command answers: a record or a list of them, printed as a table by {@link
 * AnswerConverter}. Commands that follow in a pipe get the value.
 */
public record Answer(Object value) {}
