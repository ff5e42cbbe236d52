package dev.meshclient.policy;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A route. The words are those of Gateway API's HTTPRoute.
 *
 * <p>Made with {@link #builder()}. The canonical constructor is no API: it changes when a component is added.
 *
 * @param name for people; null if the document states none
 * @param matches any of them must hold; empty = every request
 * @param backendRefs where calls go, one chosen by weight for each call
 * @param settings of this rule, over those of the service
 */
public record Rule(@Nullable String name, List<Match> matches, List<BackendRef> backendRefs, RouteSettings settings) {
    public Rule {
        matches = List.copyOf(matches);
        backendRefs = List.copyOf(backendRefs);
    }

    /** Begins with nothing stated. */
    public static Builder builder() {
        return new Builder();
    }

    /** Begins with what is stated here. */
    public Builder toBuilder() {
        Builder builder = new Builder();
        builder.name = name;
        builder.matches = matches;
        builder.backendRefs = backendRefs;
        builder.settings = settings;
        return builder;
    }

    /** Makes a {@link Rule}. The words are those of the document; what they mean stands at the components. */
    public static final class Builder {
        private @Nullable String name;
        private List<Match> matches = List.of();
        private List<BackendRef> backendRefs = List.of();
        private RouteSettings settings = RouteSettings.NONE;

        private Builder() {}

        public Builder name(@Nullable String name) {
            this.name = name;
            return this;
        }

        public Builder matches(List<Match> matches) {
            this.matches = matches;
            return this;
        }

        public Builder backendRefs(List<BackendRef> backendRefs) {
            this.backendRefs = backendRefs;
            return this;
        }

        public Builder settings(RouteSettings settings) {
            this.settings = settings;
            return this;
        }

        public Rule build() {
            return new Rule(name, matches, backendRefs, settings);
        }
    }
}
