package org.quorate.management;

import com.fasterxml.jackson.annotation.JsonInclude;

/**
 * A failed operation as every surface shows it.
 *
 * @param next what the caller does next
 */
@JsonInclude(JsonInclude.Include.NON_NULL)
public record Failure(FailureCode code, String message, String next) {}
