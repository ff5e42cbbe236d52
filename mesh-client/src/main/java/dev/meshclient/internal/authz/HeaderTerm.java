package dev.meshclient.internal.authz;

import dev.meshclient.internal.authz.Authorization.Facts;
import java.util.List;

/** Matches any of these values of a header; an empty header counts as present. */
final class HeaderTerm extends Term {
    private final String name;
    private final TextMatch[] matches;

    HeaderTerm(String name, List<String> values) {
        this.name = name;
        this.matches = TextTerm.matches(values, false);
    }

    @Override
    <T> Truth of(Facts<T> facts, T request) {
        if (!facts.knowsHeader(name, request)) {
            return Truth.MAYBE;
        }
        String value = facts.header(name, request);
        if (value != null) {
            for (TextMatch match : matches) {
                if (match.kind() == TextMatch.Kind.PRESENT || match.matches(value)) {
                    return Truth.YES;
                }
            }
        }
        return Truth.NO;
    }
}
