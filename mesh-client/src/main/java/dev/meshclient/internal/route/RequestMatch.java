package dev.meshclient.internal.route;

import dev.meshclient.policy.Match;
import dev.meshclient.policy.PathMatch;
import dev.meshclient.policy.ValueMatch;
import java.util.ArrayList;
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
            .thenComparingInt(m -> m.ofMethod ? 0 : 1)
            .thenComparingInt(m -> -m.headers)
            .thenComparingInt(m -> -m.queryParams);

    /** Matches every request. */
    static final RequestMatch ANY = new RequestMatch(new Match(null, null, List.of(), List.of()));

    /** A condition on a value. */
    private interface ValueTest {
        boolean test(String value) throws MatchGaveUp;
    }

    private interface Condition {
        boolean holds(Request request) throws MatchGaveUp;
    }

    private final int pathRank;
    private final int pathLength;
    private final boolean ofMethod;
    private final int headers;
    private final int queryParams;

    /** Those without an expression first. */
    private final Condition[] conditions;

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
        String method = match.method();
        this.ofMethod = method != null;
        this.headers = match.headers().size();
        this.queryParams = match.queryParams().size();
        List<Condition> exact = new ArrayList<>();
        List<Condition> expressions = new ArrayList<>();
        if (method != null) {
            exact.add(request -> method.equals(request.method()));
        }
        if (!value.isEmpty() || stated.type() != PathMatch.Type.PATH_PREFIX) {
            ValueTest path = test(stated.type(), value);
            (pathRank == 1 ? expressions : exact)
                    .add(request -> path.test(request.url().encodedPath()));
        }
        match.headers().forEach(m -> (isExact(m) ? exact : expressions).add(header(m.name(), test(m))));
        match.queryParams().forEach(m -> (isExact(m) ? exact : expressions).add(query(m.name(), test(m))));
        exact.addAll(expressions);
        this.conditions = exact.toArray(Condition[]::new);
    }

    /** @throws MatchGaveUp if it is not known, because a condition gives up and no other one says no */
    boolean matches(Request request) throws MatchGaveUp {
        MatchGaveUp unknown = null;
        for (Condition condition : conditions) {
            try {
                if (!condition.holds(request)) {
                    return false;
                }
            } catch (MatchGaveUp e) {
                unknown = unknown == null ? e : unknown;
            }
        }
        if (unknown != null) {
            throw unknown;
        }
        return true;
    }

    private static Condition header(String name, ValueTest test) {
        return request -> {
            String value = header(request, name);
            return value != null && test.test(value);
        };
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

    private static Condition query(String name, ValueTest test) {
        return request -> {
            List<@Nullable String> values = request.url().queryParameterValues(name);
            String first = values.isEmpty() ? null : values.get(0);
            return !values.isEmpty() && test.test(first == null ? "" : first); // ?a is ?a=
        };
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

    private static boolean isExact(ValueMatch match) {
        return match.type() == ValueMatch.Type.EXACT;
    }

    private static ValueTest test(ValueMatch match) {
        return isExact(match) ? match.value()::equals : new BoundedRegex(match.value())::matches;
    }
}
