package dev.meshclient.policy;

import org.jspecify.annotations.Nullable;

/**
 * How long a call may take and which outcomes are repeated. A rule states it over its service, the service over the defaults; a
 * subset states it for calls to its own service.
 *
 * @param timeouts of the call and of an attempt
 * @param retry which outcomes are repeated; null: not stated
 */
public record RouteSettings(Timeouts timeouts, @Nullable Retry retry) {
    /** Nothing is stated. */
    public static final RouteSettings NONE = new RouteSettings(Timeouts.NONE, null);

    /** These settings, and where they say nothing, those of {@code base}: timeouts leaf by leaf, retry as a whole. */
    public RouteSettings over(RouteSettings base) {
        return new RouteSettings(timeouts.over(base.timeouts), retry != null ? retry : base.retry);
    }
}
