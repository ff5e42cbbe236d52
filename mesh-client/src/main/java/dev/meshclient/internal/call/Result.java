package dev.meshclient.internal.call;

import java.io.IOException;
import org.jspecify.annotations.Nullable;

/**
 * The result of an attempt. Immutable: one write publishes it.
 *
 * @param status the status of the response; 0 if there is none
 * @param failure why there is no response; null if there is one
 * @param decidedAt time of the result, on the clock of {@link Scope#now}
 */
public record Result(Outcome outcome, int status, @Nullable IOException failure, long decidedAt) {}
