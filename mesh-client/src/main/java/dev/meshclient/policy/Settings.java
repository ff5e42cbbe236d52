package dev.meshclient.policy;

/**
 * Settings that {@code defaults}, a service and a subset may state. Precedence: rule, subset, service, defaults, built-in.
 *
 * @param route applies to calls that a rule of the service matches
 * @param backend applies to calls that are sent to it, whichever service's rule matched them
 */
public record Settings(RouteSettings route, BackendSettings backend) {
    public Settings {
        Required.value(route, "route", "RouteSettings.NONE for none");
        Required.value(backend, "backend", "BackendSettings.NONE for none");
    }

    /** Nothing is stated. */
    public static final Settings NONE = new Settings(RouteSettings.NONE, BackendSettings.NONE);

    /** These settings; what is not stated is taken from {@code base}. */
    public Settings over(Settings base) {
        Required.value(base, "base", "Settings.NONE for none");
        return new Settings(route.over(base.route), backend.over(base.backend));
    }
}
