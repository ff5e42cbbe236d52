package dev.meshclient.internal.route;

import dev.meshclient.policy.Match;
import dev.meshclient.policy.PathMatch;
import dev.meshclient.policy.ValueMatch;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Collectors;
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
    /** Matches every request. */
    static final RequestMatch ANY = new RequestMatch(new Match(null, null, List.of(), List.of()));

    /** A condition on a value. */
    private interface ValueTest {
        boolean test(String value) throws MatchGaveUp;
    }

    /** A condition on a request. */
    private interface Condition {
        boolean holds(Request request) throws MatchGaveUp;

        /** The part of the request that it is about. */
        String part();

        /** The condition for that part, such as {@code = jason}. */
        String wanted();

        /** The value of that part; null: the request does not have it. */
        @Nullable
        String actual(Request request);
    }

    private record OfMethod(String method) implements Condition {
        @Override
        public boolean holds(Request request) {
            return method.equals(request.method());
        }

        @Override
        public String part() {
            return "method";
        }

        @Override
        public String wanted() {
            return method;
        }

        @Override
        public String actual(Request request) {
            return request.method();
        }
    }

    private record OfPath(ValueTest test, String wanted) implements Condition {
        @Override
        public boolean holds(Request request) throws MatchGaveUp {
            return test.test(request.url().encodedPath());
        }

        @Override
        public String part() {
            return "path";
        }

        @Override
        public String actual(Request request) {
            return request.url().encodedPath();
        }
    }

    private record OfHeader(String name, ValueTest test, String wanted) implements Condition {
        @Override
        public boolean holds(Request request) throws MatchGaveUp {
            String value = header(request, name);
            return value != null && test.test(value);
        }

        @Override
        public String part() {
            return "header " + name;
        }

        @Override
        public @Nullable String actual(Request request) {
            return header(request, name);
        }
    }

    private record OfQuery(String name, ValueTest test, String wanted) implements Condition {
        @Override
        public boolean holds(Request request) throws MatchGaveUp {
            String value = actual(request);
            return value != null && test.test(value);
        }

        @Override
        public String part() {
            return "query " + name;
        }

        @Override
        public @Nullable String actual(Request request) {
            List<@Nullable String> values = request.url().queryParameterValues(name);
            String first = values.isEmpty() ? null : values.get(0);
            return values.isEmpty() || first != null ? first : ""; // ?a is ?a=
        }
    }

    /** The most specific one has the least values. */
    private final int[] order;

    /** Those without an expression first. */
    private final Condition[] conditions;

    /** A match without a path has the prefix {@code /}, also in its rank. */
    RequestMatch(Match match) {
        PathMatch stated = match.path() == null ? new PathMatch(PathMatch.Type.PATH_PREFIX, "/") : match.path();
        String value = stated.type() == PathMatch.Type.REGULAR_EXPRESSION ? stated.value() : inUrls(stated);
        int pathRank =
                switch (stated.type()) {
                    case EXACT -> 0;
                    case REGULAR_EXPRESSION -> 1;
                    case PATH_PREFIX -> 2;
                };
        String method = match.method();
        this.order = new int[] {
            pathRank,
            -value.length(),
            method != null ? 0 : 1,
            -match.headers().size(),
            -match.queryParams().size()
        };
        List<Condition> exact = new ArrayList<>();
        List<Condition> expressions = new ArrayList<>();
        if (method != null) {
            exact.add(new OfMethod(method));
        }
        if (!value.isEmpty() || stated.type() != PathMatch.Type.PATH_PREFIX) {
            ValueTest path = test(stated.type(), value);
            (pathRank == 1 ? expressions : exact).add(new OfPath(path, wanted(stated.type(), value)));
        }
        for (ValueMatch m : match.headers()) {
            (isExact(m) ? exact : expressions).add(new OfHeader(m.name(), test("header", m), wanted(m)));
        }
        for (ValueMatch m : match.queryParams()) {
            (isExact(m) ? exact : expressions).add(new OfQuery(m.name(), test("query", m), wanted(m)));
        }
        exact.addAll(expressions);
        this.conditions = exact.toArray(new Condition[0]);
    }

    /** Negative: this match precedes the other one. Exact path, expression, longest prefix; method; most headers; most query parameters. */
    int compareTo(RequestMatch other) {
        return Arrays.compare(order, other.order);
    }

    /** @throws MatchGaveUp if it is not known, because a condition gives up and no other one says no */
    boolean matches(Request request) throws MatchGaveUp {
        return unmet(request) == null;
    }

    /** As {@link #matches}: the first condition that the request does not fulfil, in words; null: it fulfils all. */
    @Nullable
    String difference(Request request) throws MatchGaveUp {
        Condition unmet = unmet(request);
        if (unmet == null) {
            return null;
        }
        String actual = unmet.actual(request);
        return unmet.part() + " is " + (actual == null ? "missing" : Confidential.shown(unmet.part(), actual))
                + ", and must be " + Confidential.shown(unmet.part(), unmet.wanted());
    }

    private @Nullable Condition unmet(Request request) throws MatchGaveUp {
        MatchGaveUp unknown = null;
        for (Condition condition : conditions) {
            try {
                if (!condition.holds(request)) {
                    return condition;
                }
            } catch (MatchGaveUp e) {
                unknown = unknown == null ? e : unknown;
            }
        }
        if (unknown != null) {
            throw unknown;
        }
        return null;
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

    private static ValueTest test(String kind, ValueMatch match) {
        boolean hidden = Confidential.hides(kind + " " + match.name());
        return isExact(match) ? match.value()::equals : new BoundedRegex(match.value(), hidden)::matches;
    }

    /** A prefix ends with {@code /*}, a regular expression begins with {@code ~}. */
    private static String wanted(PathMatch.Type type, String value) {
        return switch (type) {
            case EXACT -> value;
            case REGULAR_EXPRESSION -> "~" + value;
            case PATH_PREFIX -> value + "/*";
        };
    }

    private static String wanted(ValueMatch match) {
        return isExact(match) ? match.value() : "~" + match.value();
    }

    @Override
    public String toString() {
        return conditions.length == 0
                ? "every request"
                : Arrays.stream(conditions)
                        .map(c -> c.part() + " " + Confidential.shown(c.part(), c.wanted()))
                        .collect(Collectors.joining(", "));
    }
}
