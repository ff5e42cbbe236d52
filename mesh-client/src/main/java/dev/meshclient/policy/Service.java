package dev.meshclient.policy;

import java.util.List;

/**
 * All about one service.
 *
 * <p>Made with {@link #builder()}. The canonical constructor is no API: it changes when a component is added.
 *
 * @param hosts authorities that a request URL may carry: {@code orders}, {@code orders:8080}, {@code *.orders.example} or,
 *     with {@link Resolution#NONE} only, {@code *}; kept as URLs have them: in lower case, IPv6 in its canonical form
 * @param appProtocol what the endpoints speak
 * @param resolution how endpoints are found
 * @param endpoints where the service is reached; empty for {@link Resolution#NONE}; empty for {@link Resolution#DNS}: the hosts are
 *     the names
 * @param subsets named parts of the endpoints, by label
 * @param rules routes, in document order; empty = one implicit rule that takes everything to this service
 * @param settings of this service, not merged with the defaults
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
        hosts = hosts.stream().map(Hosts::canonical).toList();
        endpoints = List.copyOf(endpoints);
        subsets = List.copyOf(subsets);
        rules = List.copyOf(rules);
    }

    /** Begins with nothing stated. */
    public static Builder builder() {
        return new Builder();
    }

    /** Begins with what is stated here. */
    public Builder toBuilder() {
        Builder builder = new Builder();
        builder.hosts = hosts;
        builder.appProtocol = appProtocol;
        builder.resolution = resolution;
        builder.endpoints = endpoints;
        builder.subsets = subsets;
        builder.rules = rules;
        builder.settings = settings;
        return builder;
    }

    /** Makes a {@link Service}. The words are those of the document; what they mean stands at the components. */
    public static final class Builder {
        private List<String> hosts = List.of();
        private AppProtocol appProtocol = AppProtocol.HTTP;
        private Resolution resolution = Resolution.STATIC;
        private List<Endpoint> endpoints = List.of();
        private List<Subset> subsets = List.of();
        private List<Rule> rules = List.of();
        private Settings settings = Settings.NONE;

        private Builder() {}

        public Builder hosts(List<String> hosts) {
            this.hosts = hosts;
            return this;
        }

        public Builder appProtocol(AppProtocol appProtocol) {
            this.appProtocol = appProtocol;
            return this;
        }

        public Builder resolution(Resolution resolution) {
            this.resolution = resolution;
            return this;
        }

        public Builder endpoints(List<Endpoint> endpoints) {
            this.endpoints = endpoints;
            return this;
        }

        public Builder subsets(List<Subset> subsets) {
            this.subsets = subsets;
            return this;
        }

        public Builder rules(List<Rule> rules) {
            this.rules = rules;
            return this;
        }

        public Builder settings(Settings settings) {
            this.settings = settings;
            return this;
        }

        /** Replaces the hosts. */
        public Builder hosts(String... hosts) {
            return hosts(List.of(hosts));
        }

        /** Replaces what is stated for calls that a rule of this service takes. */
        public Builder route(RouteSettings route) {
            return settings(new Settings(route, settings.backend()));
        }

        /** Replaces what is stated for calls that are sent to this service. */
        public Builder backend(BackendSettings backend) {
            return settings(new Settings(settings.route(), backend));
        }

        public Service build() {
            return new Service(hosts, appProtocol, resolution, endpoints, subsets, rules, settings);
        }
    }
}
