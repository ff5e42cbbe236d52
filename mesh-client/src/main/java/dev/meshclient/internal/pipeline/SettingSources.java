package dev.meshclient.internal.pipeline;

import dev.meshclient.Explanation.Source;
import dev.meshclient.internal.endpoint.Backend;
import dev.meshclient.policy.BackendSettings;
import dev.meshclient.policy.Limits;
import dev.meshclient.policy.MeshPolicy;
import dev.meshclient.policy.OutlierDetection;
import dev.meshclient.policy.RetryConstraint;
import dev.meshclient.policy.Rule;
import dev.meshclient.policy.Service;
import dev.meshclient.policy.Settings;
import dev.meshclient.policy.Subset;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * Where the settings of calls to a backend are stated. Merged settings do not show it, so this compares the parts that were
 * merged, when it is asked.
 */
final class SettingSources {
    private static final Map<String, Function<Settings, @Nullable Object>> FIELDS = new LinkedHashMap<>();

    static {
        FIELDS.put("timeouts.request", s -> s.route().timeouts().request());
        FIELDS.put("timeouts.backendRequest", s -> s.route().timeouts().backendRequest());
        FIELDS.put("timeouts.shadow", s -> s.route().timeouts().shadow());
        FIELDS.put("timeouts.connect", s -> s.backend().timeouts().connect());
        FIELDS.put("timeouts.idle", s -> s.backend().timeouts().idle());
        FIELDS.put("retry", s -> s.route().retry());
        FIELDS.put("hedge", s -> s.route().hedge());
        budget("budget.percent", RetryConstraint::percent);
        budget("budget.interval", RetryConstraint::interval);
        budget("minRetryRate.count", RetryConstraint::minRetryCount);
        budget("minRetryRate.interval", RetryConstraint::minRetryInterval);
        budget("shadow", RetryConstraint::shadow);
        limit("maxRequests", Limits::maxRequests);
        limit("maxPendingRequests", Limits::maxPendingRequests);
        limit("maxRequestsPerEndpoint", Limits::maxRequestsPerEndpoint);
        limit("maxConnectionsPerEndpoint", Limits::maxConnectionsPerEndpoint);
        limit("maxRetries", Limits::maxRetries);
        limit("adaptive", Limits::adaptive);
        limit("shadow", Limits::shadow);
        backend("circuitBreaker", BackendSettings::circuitBreaker);
        backend("rateLimit", BackendSettings::rateLimit);
        ejection("consecutive5xxErrors", OutlierDetection::consecutive5xxErrors);
        ejection("consecutiveGatewayErrors", OutlierDetection::consecutiveGatewayErrors);
        ejection("consecutiveLocalOriginFailures", OutlierDetection::consecutiveLocalOriginFailures);
        ejection("successRateMinimumHosts", OutlierDetection::successRateMinimumHosts);
        ejection("successRateRequestVolume", OutlierDetection::successRateRequestVolume);
        ejection("successRateStdevFactor", OutlierDetection::successRateStdevFactor);
        ejection("failurePercentageThreshold", OutlierDetection::failurePercentageThreshold);
        ejection("failurePercentageMinimumHosts", OutlierDetection::failurePercentageMinimumHosts);
        ejection("failurePercentageRequestVolume", OutlierDetection::failurePercentageRequestVolume);
        ejection("interval", OutlierDetection::interval);
        ejection("baseEjectionTime", OutlierDetection::baseEjectionTime);
        ejection("maxEjectionTime", OutlierDetection::maxEjectionTime);
        ejection("maxEjectionTimeJitter", OutlierDetection::maxEjectionTimeJitter);
        ejection("maxEjectionPercent", OutlierDetection::maxEjectionPercent);
        ejection("minHealthPercent", OutlierDetection::minHealthPercent);
        ejection("shadow", OutlierDetection::shadow);
        backend("healthCheck", BackendSettings::healthCheck);
        backend("loadBalancer", BackendSettings::loadBalancer);
        backend("trafficDistribution", BackendSettings::trafficDistribution);
        backend("localityLbSetting", BackendSettings::localityLbSetting);
        backend("failoverMode", BackendSettings::failoverMode);
        backend("tls", BackendSettings::tls);
        backend("serviceAccount", BackendSettings::serviceAccount);
        backend("authorization", s -> s.access().authorization());
        backend("credentials", s -> s.access().credentials());
    }

    /** The settings that a part of the document states. */
    private record Level(Source source, Settings stated) {}

    private final List<Level> levels = new ArrayList<>(); // in the order of precedence
    private final List<Level> ofRoute = new ArrayList<>();
    private final @Nullable String defaultAccount;
    private final Source ofDefaultAccount;

    private static void budget(String field, Function<RetryConstraint, @Nullable Object> value) {
        FIELDS.put("retryConstraint." + field, s -> value.apply(s.backend().retryConstraint()));
    }

    private static void limit(String field, Function<Limits, @Nullable Object> value) {
        FIELDS.put("limits." + field, s -> value.apply(s.backend().limits()));
    }

    private static void ejection(String field, Function<OutlierDetection, @Nullable Object> value) {
        FIELDS.put("outlierDetection." + field, s -> value.apply(s.backend().outlierDetection()));
    }

    private static void backend(String field, Function<BackendSettings, @Nullable Object> value) {
        FIELDS.put(field, s -> value.apply(s.backend()));
    }

    /** All settings, in the order of the document. */
    static List<String> fields() {
        return List.copyOf(FIELDS.keySet());
    }

    /** @param called the service of the backend; null: no policy has it any more */
    private SettingSources(
            AcceptedService caller, @Nullable Rule rule, @Nullable AcceptedService called, Backend backend) {
        if (rule != null) {
            ofRoute.add(new Level(Source.RULE, new Settings(rule.settings(), BackendSettings.NONE)));
        }
        if (called != null && !backend.name().equals(backend.service())) {
            Subset subset =
                    called.subset(backend.name().substring(backend.service().length() + 1));
            levels.add(new Level(Source.SUBSET, subset == null ? Settings.NONE : subset.settings()));
        }
        if (called != null) {
            add(called, levels);
        }
        if (called == caller) {
            ofRoute.addAll(levels);
        } else {
            add(caller, ofRoute);
        }
        Settings defaults = called == null ? Settings.NONE : called.defaults();
        this.ofDefaultAccount = defaults.backend().serviceAccount() == null ? Source.BUILT_IN : Source.DEFAULTS;
        this.defaultAccount = called == null
                ? null
                : MeshPolicy.builder()
                        .trustDomain(called.trustDomain())
                        .defaults(defaults)
                        .build()
                        .defaultServiceAccount(backend.service());
    }

    private static void add(AcceptedService service, List<Level> to) {
        Service stated = service.stated();
        if (stated == null) {
            to.add(new Level(Source.SERVICE_OR_DEFAULTS, service.service().settings()));
        } else {
            Settings defaults = stated.toBuilder()
                    .settings(Settings.NONE)
                    .build()
                    .over(service.defaults())
                    .settings();
            to.add(new Level(Source.SERVICE, stated.settings()));
            to.add(new Level(Source.DEFAULTS, defaults));
        }
    }

    /**
     * Of calls that a rule sends to a backend.
     *
     * @param rule the position of the rule in the document
     */
    static SettingSources of(AppliedPolicy policy, String service, int rule, Backend backend) {
        AcceptedService caller = Objects.requireNonNull(policy.services().get(service));
        List<Rule> rules = caller.service().rules();
        return new SettingSources(
                caller,
                rules.isEmpty() ? null : rules.get(rule),
                policy.services().get(backend.service()),
                backend);
    }

    Source of(String field) {
        Function<Settings, @Nullable Object> value = Objects.requireNonNull(FIELDS.get(field), field);
        boolean ofCalls = field.startsWith("timeouts.") && !field.endsWith("connect") && !field.endsWith("idle");
        for (Level level : ofCalls || field.equals("retry") || field.equals("hedge") ? ofRoute : levels) {
            Object stated = value.apply(level.stated);
            if (stated != null) {
                return field.equals("serviceAccount") && level.source != Source.SUBSET && stated.equals(defaultAccount)
                        ? ofDefaultAccount
                        : level.source;
            }
        }
        return Source.BUILT_IN;
    }
}
