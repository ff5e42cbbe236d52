package dev.meshclient.internal.route;

import dev.meshclient.policy.Match;
import dev.meshclient.policy.PathMatch;
import dev.meshclient.policy.ValueMatch;
import java.util.Comparator;
import java.util.List;
import okhttp3.HttpUrl;
import okhttp3.MediaType;
import okhttp3.Request;
import okhttp3.RequestBody;
import org.jspecify.annotations.Nullable;

/**
 * Decider: whether a request fulfils the conditions of a rule. Compiled once, and ordered as Gateway API's HTTPRoute demands.
 * HTTPRoute does not define the place of a regular expression: here it is below an exact path and above every prefix.
 */
final class RequestMatch {
    /** Most specific first: exact path, expression, longest prefix; method; most headers; most query parameters. */
    static final Comparator<RequestMatch> PRECEDENCE = Comparator.<RequestMatch>comparingInt(m -> m.pathRank)
            .thenComparingInt(m -> -m.pathLength)
            .thenComparingInt(m -> m.method == null ? 1 : 0)
            .thenComparingInt(m -> -m.headers.size())
            .thenComparingInt(m -> -m.queryParams.size());

    /** Matches every request. */
    static final RequestMatch ANY = new RequestMatch(new Match(null, null, List.of(), List.of()));

    /** A condition on a value. */
    private interface ValueTest {
        boolean test(String value) throws MatchGaveUp;
    }

    private record Value(String name, ValueTest test) {}

    private final int pathRank;
    private final int pathLength;
    private final @Nullable ValueTest path;
    private final @Nullable String method;
    private final List<Value> headers;
    private final List<Value> queryParams;

    /** A match without a path has the prefix {@code /}, also in its rank. */
    RequestMatch(Match match) {
        PathMatch stated = match.path() == null ? new PathMatch(PathMatch.Type.PATH_PREFIX, "/") : match.path();
        String value = stated.type() == PathMatch.Type.REGULAR_EXPRESSION ? stated.value() : inUrls(stated);
        this.pathRank = switch (stated.type()) {
            case EXACT -> 0;
            case REGULAR_EXPRESSION -> 1;
            case PATH_PREFIX -> 2;
        };
        this.pathLength = value.length();
        this.path = value.isEmpty() && stated.type() == PathMatch.Type.PATH_PREFIX ? null : test(stated.type(), value);
        this.method = match.method();
        this.headers = values(match.headers());
        this.queryParams = values(match.queryParams());
    }

    /** @throws MatchGaveUp if it is not known */
    boolean matches(Request request) throws MatchGaveUp {
        return (method == null || method.equals(request.method()))
                && (path == null || path.test(request.url().encodedPath()))
                && matchesHeaders(request)
                && matchesQuery(request);
    }

    private boolean matchesHeaders(Request request) throws MatchGaveUp {
        for (Value header : headers) {
            String value = header(request, header.name);
            if (value == null || !header.test.test(value)) {
                return false;
            }
        }
        return true;
    }

    /** The value that will be sent: OkHttp takes the content type from the body, and several lines are one value (RFC 9110 5.3). */
    private static @Nullable String header(Request request, String name) {
        RequestBody body = request.body();
        MediaType type = body != null && name.equalsIgnoreCase("Content-Type") ? body.contentType() : null;
        if (type != null) {
            return type.toString();
        }
        List<String> values = request.headers(name);
        return values.isEmpty() ? null : values.size() == 1 ? values.get(0) : String.join(",", values);
    }

    private boolean matchesQuery(Request request) throws MatchGaveUp {
        for (Value parameter : queryParams) {
            List<@Nullable String> values = request.url().queryParameterValues(parameter.name);
            if (values.isEmpty()) {
                return false;
            }
            String first = values.get(0);
            if (!parameter.test.test(first == null ? "" : first)) { // ?a is ?a=
                return false;
            }
        }
        return true;
    }

    private static ValueTest test(PathMatch.Type type, String value) {
        return switch (type) {
            case EXACT -> value::equals;
            case REGULAR_EXPRESSION -> new BoundedRegex(value)::matches;
            case PATH_PREFIX ->
                p -> p.startsWith(value) && (p.length() == value.length() || p.charAt(value.length()) == '/');
        };
    }

    /** The path in OkHttp's notation, which requests have: another notation would never match. A prefix loses its last slash. */
    private static String inUrls(PathMatch path) {
        HttpUrl url = HttpUrl.parse("http://mesh" + path.value());
        String value = url == null ? path.value() : url.encodedPath();
        boolean cut = path.type() == PathMatch.Type.PATH_PREFIX && value.endsWith("/");
        return cut ? value.substring(0, value.length() - 1) : value;
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
