package dev.meshclient.internal.authz;

import dev.meshclient.authz.InboundRequest.Attribute;
import dev.meshclient.internal.authz.Authorization.Facts;
import java.util.List;

/** Matches any of these texts against an attribute. */
final class TextTerm extends Term {
    private final Attribute attribute;
    private final TextMatch[] matches;
    private final boolean host;

    private TextTerm(Attribute attribute, TextMatch[] matches, boolean host) {
        this.attribute = attribute;
        this.matches = matches;
        this.host = host;
    }

    static Term of(Attribute attribute, List<String> values) {
        return new TextTerm(attribute, matches(values, false), false);
    }

    /** Ignores case, and the port as well: otherwise a client could reach a denied host by adding its port. */
    static Term host(List<String> values) {
        return new TextTerm(Attribute.HOST, matches(values, true), true);
    }

    /** Ignores case, as names in DNS do. */
    static Term serverName(List<String> values) {
        return new TextTerm(Attribute.SNI, matches(values, true), false);
    }

    static TextMatch[] matches(List<String> values, boolean ignoreCase) {
        return values.stream().map(v -> TextMatch.of(v, ignoreCase)).toArray(TextMatch[]::new);
    }

    @Override
    <T> Truth of(Facts<T> facts, T request) {
        if (!facts.knows(attribute, request)) {
            return Truth.MAYBE;
        }
        String text = facts.text(attribute, request);
        if (text == null) {
            return Truth.NO;
        }
        int nameEnd = host ? nameEnd(text) : text.length();
        for (TextMatch match : matches) {
            if (match.matches(text) || (nameEnd < text.length() && match.matches(text, 0, nameEnd))) {
                return Truth.YES;
            }
        }
        return Truth.NO;
    }

    private static int nameEnd(String authority) {
        int colon = authority.lastIndexOf(':');
        // A colon within brackets belongs to an IPv6 address.
        return colon < 0 || authority.indexOf(']', colon) >= 0 ? authority.length() : colon;
    }
}
