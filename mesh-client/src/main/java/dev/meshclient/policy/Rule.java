package dev.meshclient.policy;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A route. The names are those of Gateway API's HTTPRoute.
 *
 * <p>Made with {@link #builder()}. The canonical constructor is not part of the API: it changes when a component is added.
 *
 * @param name for messages; null if the document states none
 * @param matches one of them must match; empty = every request
 * @param backendRefs the backends; one is chosen by weight for each call
 * @param stream whether its responses are streams: {@code timeouts.request} ends at their headers, and {@code idle} applies
 * @param settings settings of this rule, which take precedence over those of the service
 */
public record Rule(
        @Nullable String name,
        List<Match> matches,
        List<BackendRef> backendRefs,
        boolean stream,
        RouteSettings settings) {
    public Rule {
        Required.value(settings, "settings", "RouteSettings.NONE for none");
        matches = Required.list(matches, "matches");
        backendRefs = Required.list(backendRefs, "backendRefs");
    }

    /** Starts an empty builder. */
    public static Builder builder() {
        return new Rule(null, List.of(), List.of(), false, RouteSettings.NONE).toBuilder();
    }

    /** Starts a builder with these values. */
    public Builder toBuilder() {
        return new Builder();
    }

    /** Builds a {@link Rule}. Fields have the names of the document; the components describe their meaning. */
    public final class Builder {
        private @Nullable String name = Rule.this.name;
        private List<Match> matches = Rule.this.matches;
        private List<BackendRef> backendRefs = Rule.this.backendRefs;
        private boolean stream = Rule.this.stream;
        private RouteSettings settings = Rule.this.settings;

        private Builder() {}

        public Builder name(@Nullable String name) {
            this.name = name;
            return this;
        }

        public Builder matches(List<Match> matches) {
            this.matches = Required.list(matches, "matches");
            return this;
        }

        public Builder backendRefs(List<BackendRef> backendRefs) {
            this.backendRefs = Required.list(backendRefs, "backendRefs");
            return this;
        }

        public Builder stream(boolean stream) {
            this.stream = stream;
            return this;
        }

        public Builder settings(RouteSettings settings) {
            this.settings = Required.value(settings, "settings", "RouteSettings.NONE for none");
            return this;
        }

        public Rule build() {
            return new Rule(name, matches, backendRefs, stream, settings);
        }
    }
}
