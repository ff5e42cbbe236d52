package dev.meshclient.internal.call;

import java.io.IOException;
import org.jspecify.annotations.Nullable;

/**
 * What an attempt came to. Immutable: it is published by one write.
 *
 * @param status of the response; 0 if there is none
 * @param failure why there is no response; null if there is one
 * @param decidedAt on the clock of {@link Scope#now}
 */
public record Result(Outcome outcome, int status, @Nullable IOException failure, long decidedAt) {}
