package dev.meshclient.policy;

import java.util.List;
import java.util.Set;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** Checks a route: its matches and its backends. */
final class RuleCheck {
    private static final int MAX_MATCHES = 64;
    private static final int MAX_VALUE_MATCHES = 16;
    private static final int MAX_BACKENDS = 16;
    private static final int MAX_WEIGHT = 1_000_000;
    private static final int MAX_PATTERN = 1024;
    private static final int MAX_VALUE = 4096;
    private static final String METHODS = "GET, HEAD, POST, PUT, DELETE, OPTIONS, PATCH, TRACE";
    private static final Set<String> METHOD = Set.of(METHODS.split(", "));

    /**
     * A lookahead, checked first: a group that repeats for each character or escape would need too much stack for long paths.
     */
    static final String WHOLE_ESCAPES = "(?![\\s\\S]*%(?![0-9A-Fa-f]{2}))";

    static final Pattern PATH = Pattern.compile(WHOLE_ESCAPES + "/[A-Za-z0-9/._~!$&'()*+,;=:@\\[\\]%-]*");
    static final Pattern TOKEN = Pattern.compile("[!#$%&'*+.^_`|~0-9A-Za-z-]+");

    private RuleCheck() {}

    static void check(Place place, Rule rule) {
        place.field("name").name(rule.name());
        place.field("matches").each(rule.matches(), 0, MAX_MATCHES, RuleCheck::match);
        backends(place.field("backendRefs"), rule.backendRefs());
        SettingsCheck.route(place, rule.settings());
    }

    private static void backends(Place place, List<BackendRef> backends) {
        if (!place.items(backends, 1, MAX_BACKENDS)) {
            return;
        }
        boolean legal = true;
        boolean some = false;
        for (int i = 0; i < backends.size(); i++) {
            BackendRef backend = backends.get(i);
            place.item(i).field("name").requiredName(backend.name());
            place.item(i).field("subset").name(backend.subset());
            legal &= place.item(i).field("weight").integer(backend.weight(), 0, MAX_WEIGHT);
            some |= backend.weight() > 0;
        }
        if (legal && !some) {
            place.wrong(backends, "at least one backend with a weight above 0");
        }
    }

    private static void match(Place place, Match match) {
        PathMatch path = match.path();
        if (path != null) {
            place.field("path").field("type").requiredWord(path.type(), PathMatch.Type.values(), PathMatch.Type::word);
        }
        if (path != null && path.type() == PathMatch.Type.REGULAR_EXPRESSION) {
            regex(place.field("path").field("value"), path.value());
        } else if (path != null) {
            place.field("path")
                    .field("value")
                    .requiredText(
                            path.value(),
                            MAX_PATTERN,
                            PATH,
                            "a path as it is sent: it starts with /, characters outside ASCII are percent-encoded, there is no query");
        }
        if (match.method() != null && !METHOD.contains(match.method())) {
            place.field("method").wrong(match.method(), METHODS);
        }
        place.field("headers").each(match.headers(), 0, MAX_VALUE_MATCHES, (at, header) -> {
            at.field("name").requiredText(header.name(), MAX_PATTERN, TOKEN, "the name of a header (RFC 9110)");
            value(at, header);
        });
        place.field("queryParams").each(match.queryParams(), 0, MAX_VALUE_MATCHES, (at, param) -> {
            at.field("name").requiredName(param.name());
            value(at, param);
        });
    }

    private static void value(Place place, ValueMatch match) {
        place.field("type").requiredWord(match.type(), ValueMatch.Type.values(), ValueMatch.Type::word);
        if (match.type() == ValueMatch.Type.REGULAR_EXPRESSION) {
            regex(place.field("value"), match.value());
        } else {
            place.field("value").requiredText(match.value(), 0, MAX_VALUE);
        }
    }

    private static void regex(Place place, String regex) {
        if (place.requiredText(regex, 0, MAX_PATTERN)) {
            String fault = fault(regex);
            if (fault != null) {
                place.wrong(regex, "a regular expression (java.util.regex); " + fault);
            }
        }
    }

    private static @Nullable String fault(String regex) {
        try {
            Pattern.compile(regex);
            return null;
        } catch (RuntimeException e) {
            return e.getMessage() == null
                    ? ""
                    : e.getMessage().lines().findFirst().orElse("");
        } catch (StackOverflowError e) {
            return "this one is nested too deeply";
        }
    }
}
