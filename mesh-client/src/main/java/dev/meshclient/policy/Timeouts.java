package dev.meshclient.policy;

import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * Time limits of a call and its attempts; null where nothing is stated, zero means no limit.
 *
 * @param request the whole call: all attempts, back-off and the response body
 * @param backendRequest one attempt, until its response headers
 */
public record Timeouts(@Nullable Duration request, @Nullable Duration backendRequest) {
    /** Nothing is stated. */
    public static final Timeouts NONE = new Timeouts(null, null);

    /**
     * The limit of a call to a service with endpoints, if neither policy nor the caller states one: Envoy's route timeout, 15
     * seconds.
     */
    public static final Duration BUILT_IN_REQUEST = Duration.ofSeconds(15);

    /** These values; each one that is not stated is taken from {@code base}. */
    public Timeouts over(Timeouts base) {
        return new Timeouts(
                request != null ? request : base.request,
                backendRequest != null ? backendRequest : base.backendRequest);
    }
}
