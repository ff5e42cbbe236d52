package dev.meshclient.policy;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A service: its hosts, endpoints, subsets, rules and settings.
 *
 * <p>Made with {@link #builder()}. The canonical constructor is not part of the API: it changes when a component is added.
 *
 * @param hosts authorities that a request URL may have: {@code orders}, {@code orders:8080}, {@code *.orders.example} or, with
 *     {@link Resolution#NONE} only, {@code *}; kept in the form that requests have: lower case, punycode,
 *     without a trailing dot, IPv6 in its shortest form
 * @param appProtocol the protocol of the endpoints
 * @param resolution how endpoints are found
 * @param endpoints the endpoints; empty for {@link Resolution#NONE}; empty for {@link Resolution#DNS}: the hosts are the names
 * @param subsets named parts of the endpoints, selected by label
 * @param rules routes, in document order; empty = one implicit rule that sends every request to this service
 * @param settings settings of this service, not merged with the defaults
 */
public record Service(
        List<String> hosts,
        AppProtocol appProtocol,
        Resolution resolution,
        List<Endpoint> endpoints,
        List<Subset> subsets,
        List<Rule> rules,
        Settings settings) {
    public Service {
        Required.value(appProtocol, "appProtocol", "one of AppProtocol");
        Required.value(resolution, "resolution", "one of Resolution");
        Required.value(settings, "settings", "Settings.NONE for none");
        List<String> canonical = new ArrayList<>(Required.list(hosts, "hosts"));
        canonical.replaceAll(Hosts::canonical);
        hosts = List.copyOf(canonical);
        endpoints = Required.list(endpoints, "endpoints");
        subsets = Required.list(subsets, "subsets");
        rules = Required.list(rules, "rules");
    }

    /**
     * This service with the settings of a document's defaults where it states none. Settings without effect are not taken over:
     * those of endpoints if it has no endpoints ({@link Resolution#NONE}), and the template of accounts, which are complete.
     */
    public Service over(Settings defaults) {
        Required.value(defaults, "defaults", "Settings.NONE for none");
        if (defaults == Settings.NONE || defaults.equals(Settings.NONE)) {
            return this;
        }
        RouteSettings route = defaults.route();
        BackendSettings.Builder effective = defaults.backend().toBuilder().serviceAccount(null);
        if (resolution == Resolution.NONE) {
            route = route.toBuilder().hedge(null).build();
            effective
                    .limits(defaults.backend().limits().toBuilder()
                            .maxRequestsPerEndpoint(null)
                            .maxConnectionsPerEndpoint(null)
                            .build())
                    .outlierDetection(OutlierDetection.NONE)
                    .healthCheck(null)
                    .failoverMode(null)
                    .loadBalancer(null)
                    .trafficDistribution(null)
                    .localityLbSetting(null);
        }
        return toBuilder()
                .settings(settings.over(new Settings(route, effective.build())))
                .build();
    }

    /** The other service if they are equal; otherwise this one, with those endpoints of the other that are equal. */
    Service sharing(@Nullable Service other) {
        if (other == null || equals(other)) {
            return other == null ? this : other;
        }
        List<Endpoint> shared = new ArrayList<>(endpoints);
        for (int i = Math.min(shared.size(), other.endpoints.size()) - 1; i >= 0; i--) {
            if (shared.get(i).equals(other.endpoints.get(i))) {
                shared.set(i, other.endpoints.get(i));
            }
        }
        return toBuilder().endpoints(shared).build();
    }

    /** Starts an empty builder. */
    public static Builder builder() {
        return new Service(
                        List.of(), AppProtocol.HTTP, Resolution.STATIC, List.of(), List.of(), List.of(), Settings.NONE)
                .toBuilder();
    }

    /** Starts a builder with these values. */
    public Builder toBuilder() {
        return new Builder();
    }

    /** Builds a {@link Service}. Fields have the names of the document; the components describe their meaning. */
    public final class Builder {
        private List<String> hosts = Service.this.hosts;
        private AppProtocol appProtocol = Service.this.appProtocol;
        private Resolution resolution = Service.this.resolution;
        private List<Endpoint> endpoints = Service.this.endpoints;
        private List<Subset> subsets = Service.this.subsets;
        private List<Rule> rules = Service.this.rules;
        private Settings settings = Service.this.settings;

        private Builder() {}

        public Builder hosts(List<String> hosts) {
            this.hosts = Required.list(hosts, "hosts");
            return this;
        }

        public Builder appProtocol(AppProtocol appProtocol) {
            this.appProtocol = Required.value(appProtocol, "appProtocol", "one of AppProtocol");
            return this;
        }

        public Builder resolution(Resolution resolution) {
            this.resolution = Required.value(resolution, "resolution", "one of Resolution");
            return this;
        }

        public Builder endpoints(List<Endpoint> endpoints) {
            this.endpoints = Required.list(endpoints, "endpoints");
            return this;
        }

        public Builder subsets(List<Subset> subsets) {
            this.subsets = Required.list(subsets, "subsets");
            return this;
        }

        public Builder rules(List<Rule> rules) {
            this.rules = Required.list(rules, "rules");
            return this;
        }

        public Builder settings(Settings settings) {
            this.settings = Required.value(settings, "settings", "Settings.NONE for none");
            return this;
        }

        /** Replaces the hosts. */
        public Builder hosts(String... hosts) {
            return hosts(Arrays.asList(Required.value(hosts, "hosts", "the hosts, or none")));
        }

        /** Replaces the settings for calls that a rule of this service matches. */
        public Builder route(RouteSettings route) {
            return settings(new Settings(route, settings.backend()));
        }

        /** Replaces the settings for calls that are sent to this service. */
        public Builder backend(BackendSettings backend) {
            return settings(new Settings(settings.route(), backend));
        }

        public Service build() {
            return new Service(hosts, appProtocol, resolution, endpoints, subsets, rules, settings);
        }
    }
}
