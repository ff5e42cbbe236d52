package dev.meshclient.policy;

import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * Time limits of a call and its attempts; null where nothing is stated, zero means no limit.
 *
 * @param request the whole call: all attempts, back-off and the response body
 * @param backendRequest one attempt, until its response headers
 * @param shadow true: both are counted where they would end a call or an attempt, and not enforced; the built-in limit and
 *     those of the caller are; built-in false
 */
public record Timeouts(
        @Nullable Duration request,
        @Nullable Duration backendRequest,
        @Nullable Boolean shadow) {
    /** Nothing is stated. */
    public static final Timeouts NONE = new Timeouts(null, null, null);

    /**
     * The limit of a call to a service with endpoints, if neither policy nor the caller states one: Envoy's route timeout, 15
     * seconds.
     */
    public static final Duration BUILT_IN_REQUEST = Duration.ofSeconds(15);

    /** {@code shadow} is not stated. */
    public Timeouts(@Nullable Duration request, @Nullable Duration backendRequest) {
        this(request, backendRequest, null);
    }

    /** These values; each one that is not stated is taken from {@code base}. */
    public Timeouts over(Timeouts base) {
        Required.value(base, "base", "Timeouts.NONE for none");
        return new Timeouts(
                request != null ? request : base.request,
                backendRequest != null ? backendRequest : base.backendRequest,
                shadow != null ? shadow : base.shadow);
    }
}
