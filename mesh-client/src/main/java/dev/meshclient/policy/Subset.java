package dev.meshclient.policy;

import java.util.Map;

/**
 * A named part of a service's endpoints.
 *
 * <p>Made with {@link #builder()}. The canonical constructor is not part of the API: it changes when a component is added.
 *
 * @param name the name that {@code backendRefs[].subset} refers to
 * @param labels an endpoint with all of these labels belongs to the subset
 * @param settings settings of this subset, not merged with the service's
 */
public record Subset(String name, Map<String, String> labels, Settings settings) {
    public Subset {
        labels = Map.copyOf(labels);
    }

    /** Starts an empty builder. */
    public static Builder builder() {
        return new Builder();
    }

    /** Starts a builder with these values. */
    public Builder toBuilder() {
        Builder builder = new Builder();
        builder.name = name;
        builder.labels = labels;
        builder.settings = settings;
        return builder;
    }

    /** Builds a {@link Subset}. Fields have the names of the document; the components describe their meaning. */
    public static final class Builder {
        private String name = "";
        private Map<String, String> labels = Map.of();
        private Settings settings = Settings.NONE;

        private Builder() {}

        public Builder name(String name) {
            this.name = name;
            return this;
        }

        public Builder labels(Map<String, String> labels) {
            this.labels = labels;
            return this;
        }

        public Builder settings(Settings settings) {
            this.settings = settings;
            return this;
        }

        /** Replaces the settings for calls to this subset that a rule of its own service matches. */
        public Builder route(RouteSettings route) {
            return settings(new Settings(route, settings.backend()));
        }

        /** Replaces the settings for calls that are sent to this subset. */
        public Builder backend(BackendSettings backend) {
            return settings(new Settings(settings.route(), backend));
        }

        public Subset build() {
            return new Subset(name, labels, settings);
        }
    }
}
