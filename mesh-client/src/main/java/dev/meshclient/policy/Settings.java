package dev.meshclient.policy;

/**
 * What may be stated in {@code defaults}, on a service and on a subset alike. Precedence is rule, subset, service, defaults,
 * built-in.
 *
 * @param route counts for calls that a rule of the service takes
 * @param backend counts for calls that are sent to it, whichever service's rule took them
 */
public record Settings(RouteSettings route, BackendSettings backend) {
    /** Nothing is stated. */
    public static final Settings NONE = new Settings(RouteSettings.NONE, BackendSettings.NONE);

    /** These settings, and where they say nothing, those of {@code base}. */
    public Settings over(Settings base) {
        return new Settings(route.over(base.route), backend.over(base.backend));
    }
}
