package dev.meshclient.internal.route;

import dev.meshclient.policy.Match;
import dev.meshclient.policy.PathMatch;
import dev.meshclient.policy.ValueMatch;
import java.util.Comparator;
import java.util.List;
import java.util.function.Predicate;
import okhttp3.Request;
import org.jspecify.annotations.Nullable;

/** Decider: does a request look as a rule wants it? Compiled once; ordered as Gateway API's HTTPRoute says. */
final class RequestMatch {
    /** Most specific first: exact path, expression, longest prefix; method; most headers; most query parameters. */
    static final Comparator<RequestMatch> PRECEDENCE = Comparator.<RequestMatch>comparingInt(m -> m.pathRank)
            .thenComparingInt(m -> -m.pathLength)
            .thenComparingInt(m -> m.method == null ? 1 : 0)
            .thenComparingInt(m -> -m.headers.size())
            .thenComparingInt(m -> -m.queryParams.size());

    /** Every request. */
    static final RequestMatch ANY = new RequestMatch(new Match(null, null, List.of(), List.of()));

    private record Value(String name, Predicate<String> test) {}

    private final int pathRank;
    private final int pathLength;
    private final @Nullable Predicate<String> path;
    private final @Nullable String method;
    private final List<Value> headers;
    private final List<Value> queryParams;

    RequestMatch(Match match) {
        PathMatch stated = match.path();
        this.pathRank = stated == null
                ? 3
                : switch (stated.type()) {
                    case EXACT -> 0;
                    case REGULAR_EXPRESSION -> 1;
                    case PATH_PREFIX -> 2;
                };
        this.pathLength = stated == null ? 0 : stated.value().length();
        this.path = stated == null || isRoot(stated) ? null : test(stated);
        this.method = match.method();
        this.headers = values(match.headers());
        this.queryParams = values(match.queryParams());
    }

    boolean matches(Request request) {
        return (path == null || path.test(request.url().encodedPath()))
                && (method == null || method.equals(request.method()))
                && matchesHeaders(request)
                && matchesQuery(request);
    }

    private boolean matchesHeaders(Request request) {
        for (Value header : headers) {
            List<String> values = request.headers(header.name);
            if (values.isEmpty() || !header.test.test(values.size() == 1 ? values.get(0) : String.join(",", values))) {
                return false;
            }
        }
        return true;
    }

    private boolean matchesQuery(Request request) {
        for (Value parameter : queryParams) {
            String value = request.url().queryParameter(parameter.name);
            if (value == null || !parameter.test.test(value)) {
                return false;
            }
        }
        return true;
    }

    private static boolean isRoot(PathMatch path) {
        return path.type() == PathMatch.Type.PATH_PREFIX && path.value().equals("/");
    }

    private static Predicate<String> test(PathMatch path) {
        String value = path.value();
        return switch (path.type()) {
            case EXACT -> value::equals;
            case REGULAR_EXPRESSION -> new BoundedRegex(value)::matches;
            case PATH_PREFIX -> {
                String prefix = value.endsWith("/") ? value.substring(0, value.length() - 1) : value;
                yield p -> p.startsWith(prefix) && (p.length() == prefix.length() || p.charAt(prefix.length()) == '/');
            }
        };
    }

    private static List<Value> values(List<ValueMatch> matches) {
        return matches.stream()
                .map(m -> new Value(
                        m.name(),
                        switch (m.type()) {
                            case EXACT -> m.value()::equals;
                            case REGULAR_EXPRESSION -> new BoundedRegex(m.value())::matches;
                        }))
                .toList();
    }
}
