package dev.meshclient.internal.authz;

import dev.meshclient.authz.InboundRequest.Attribute;
import dev.meshclient.internal.authz.Authorization.Facts;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Matches claims of a valid token that are texts or lists of texts. */
abstract class TokenTerm extends Term {
    /** Claims that hold a list separated by spaces (RFC 8693 and 6749). The set is Istio's. */
    private static final Set<String> LISTS_IN_TEXT = Set.of("scope", "permission");

    abstract boolean matches(Map<String, Object> claims);

    @Override
    <T> Truth of(Facts<T> facts, T request) {
        if (!facts.knows(Attribute.TOKEN, request)) {
            return Truth.MAYBE;
        }
        Map<String, Object> claims = facts.claims(request);
        return Truth.of(claims != null && matches(claims));
    }

    /** {@code issuer/subject}. */
    static TokenTerm subject(List<String> values) {
        TextMatch[] matches = TextTerm.matches(values, false);
        return new TokenTerm() {
            @Override
            boolean matches(Map<String, Object> claims) {
                String principal = principal(claims);
                return principal != null && TextMatch.any(matches, principal);
            }
        };
    }

    /** @param path the names of nested claims */
    static TokenTerm claim(List<String> path, List<String> values) {
        TextMatch[] matches = TextTerm.matches(values, false);
        boolean split = path.size() == 1 && LISTS_IN_TEXT.contains(path.get(0));
        return new TokenTerm() {
            @Override
            boolean matches(Map<String, Object> claims) {
                Object value = claims;
                for (String name : path) {
                    value = value instanceof Map<?, ?> map ? map.get(name) : null;
                }
                if (value instanceof String text) {
                    return split ? anyWord(matches, text) : TextMatch.any(matches, text);
                }
                return value instanceof List<?> list
                        && list.stream().anyMatch(item -> item instanceof String text && TextMatch.any(matches, text));
            }
        };
    }

    /** {@code issuer/subject}; null if either is missing. */
    static @Nullable String principal(Map<String, Object> claims) {
        return claims.get("iss") instanceof String issuer && claims.get("sub") instanceof String subject
                ? issuer + "/" + subject
                : null;
    }

    private static boolean anyWord(TextMatch[] matches, String text) {
        for (String word : text.split(" ", -1)) {
            if (TextMatch.any(matches, word)) {
                return true;
            }
        }
        return false;
    }
}
