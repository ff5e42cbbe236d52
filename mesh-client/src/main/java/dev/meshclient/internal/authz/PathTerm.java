package dev.meshclient.internal.authz;

import dev.meshclient.authz.InboundRequest.Attribute;
import dev.meshclient.internal.authz.Authorization.Facts;
import java.util.List;

/** Matches any of these paths. */
final class PathTerm extends Term {
    private final PathMatch[] matches;

    PathTerm(List<String> values) {
        this.matches = values.stream().map(PathMatch::of).toArray(PathMatch[]::new);
    }

    @Override
    <T> Truth of(Facts<T> facts, T request) {
        if (!facts.knows(Attribute.PATH, request)) {
            return Truth.MAYBE;
        }
        String path = facts.text(Attribute.PATH, request);
        if (path != null) {
            for (PathMatch match : matches) {
                if (match.matches(path)) {
                    return Truth.YES;
                }
            }
        }
        return Truth.NO;
    }
}
