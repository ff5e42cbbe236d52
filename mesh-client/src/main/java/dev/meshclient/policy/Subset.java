package dev.meshclient.policy;

import java.util.Map;

/**
 * A named part of a service's endpoints.
 *
 * <p>Made with {@link #builder()}. The canonical constructor is no API: it changes when a component is added.
 *
 * @param name what {@code backendRefs[].subset} refers to
 * @param labels an endpoint belongs to it that has all of them
 * @param settings of this subset, not merged with the service's
 */
public record Subset(String name, Map<String, String> labels, Settings settings) {
    public Subset {
        labels = Map.copyOf(labels);
    }

    /** Begins with nothing stated. */
    public static Builder builder() {
        return new Builder();
    }

    /** Begins with what is stated here. */
    public Builder toBuilder() {
        Builder builder = new Builder();
        builder.name = name;
        builder.labels = labels;
        builder.settings = settings;
        return builder;
    }

    /** Makes a {@link Subset}. The words are those of the document; what they mean stands at the components. */
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

        /** Replaces what is stated for calls to this subset that a rule of its own service takes. */
        public Builder route(RouteSettings route) {
            return settings(new Settings(route, settings.backend()));
        }

        /** Replaces what is stated for calls that are sent to this subset. */
        public Builder backend(BackendSettings backend) {
            return settings(new Settings(settings.route(), backend));
        }

        public Subset build() {
            return new Subset(name, labels, settings);
        }
    }
}
