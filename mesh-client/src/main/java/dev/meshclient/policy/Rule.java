package dev.meshclient.policy;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A route. The words are those of Gateway API's HTTPRoute.
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
}
