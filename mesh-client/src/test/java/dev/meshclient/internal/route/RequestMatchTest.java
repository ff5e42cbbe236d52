package dev.meshclient.internal.route;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.meshclient.policy.Match;
import dev.meshclient.policy.PathMatch;
import dev.meshclient.policy.ValueMatch;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.List;
import java.util.Random;
import okhttp3.MediaType;
import okhttp3.Request;
import okhttp3.RequestBody;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class RequestMatchTest {
    private static boolean matches(Match match, Request request) {
        return matches(new RequestMatch(match), request);
    }

    private static boolean matches(RequestMatch match, Request request) {
        try {
            return match.matches(request);
        } catch (MatchGaveUp e) {
            throw new AssertionError(e);
        }
    }

    @ParameterizedTest
    @CsvSource({
        "Exact, /a, /a, true",
        "Exact, /a, /a/, false",
        "Exact, /a, /A, false",
        "Exact, /a, /a?x=1, true",
        "PathPrefix, /, /anything, true",
        "PathPrefix, /a, /a, true",
        "PathPrefix, /a, /a/, true",
        "PathPrefix, /a, /a/b, true",
        "PathPrefix, /a, /ab, false", // element by element
        "PathPrefix, /a/, /a, true",
        "PathPrefix, /a/, /a/b, true",
        "PathPrefix, /a/, /ab, false",
        "PathPrefix, /a, /A/b, false",
        "RegularExpression, '/v[12]/.*', /v1/x, true",
        "RegularExpression, '/v[12]', /v1/x, false", // the whole path
        "RegularExpression, '', /, false",
    })
    void a_path(String type, String value, String path, boolean expected) {
        assertThat(matches(Routes.path(type, value), Routes.get("http://orders" + path)))
                .isEqualTo(expected);
    }

    @ParameterizedTest
    @CsvSource({
        "/caf\u00e9, /caf%C3%A9",
        "/caf%C3%A9, /caf\u00e9",
        "'/a|b', '/a|b'",
        "'/{id}', '/{id}'",
        "/a/../b, /b",
        "/a%2Fb, /a%2Fb",
    })
    void a_path_means_the_same_however_it_is_spelled(String policy, String requested) {
        Request request = Routes.get("http://orders" + requested);
        assertThat(matches(Routes.path("Exact", policy), request)).isTrue();
        assertThat(matches(Routes.path("PathPrefix", policy), request)).isTrue();
    }

    @Test
    void an_escaped_slash_is_no_slash() {
        assertThat(matches(Routes.path("PathPrefix", "/a"), Routes.get("http://orders/a%2Fb")))
                .isFalse();
    }

    @Test
    void a_method_is_compared_with_case() {
        Match post = new Match(null, "POST", List.of(), List.of());
        Request.Builder request = new Request.Builder().url("http://orders/");
        assertThat(matches(post, request.post(RequestBody.EMPTY).build())).isTrue();
        assertThat(matches(post, request.method("post", RequestBody.EMPTY).build()))
                .isFalse();
    }

    @Test
    void all_headers_must_match_and_their_names_have_no_case() {
        Match match = Routes.header(Routes.exact("X-Zone", "a"), Routes.regex("x-user", "j.*"));
        Request.Builder request = new Request.Builder().url("http://orders/").header("x-zone", "a");
        assertThat(matches(match, request.build())).isFalse();
        assertThat(matches(match, request.header("X-USER", "jason").build())).isTrue();
        assertThat(matches(match, request.header("x-zone", "A").build())).isFalse();
    }

    @Test
    void lines_of_one_name_are_one_value() {
        Request request = new Request.Builder()
                .url("http://orders/")
                .addHeader("x", "a")
                .addHeader("x", "b")
                .build();
        assertThat(matches(Routes.header(Routes.exact("x", "a,b")), request)).isTrue();
        assertThat(matches(Routes.header(Routes.exact("x", "a")), request)).isFalse();
    }

    @Test
    void an_empty_header_is_there_and_a_missing_one_is_not() {
        Request.Builder request = new Request.Builder().url("http://orders/");
        assertThat(matches(Routes.header(Routes.regex("x", ".*")), request.build()))
                .isFalse();
        assertThat(matches(
                        Routes.header(Routes.regex("x", ".*")),
                        request.header("x", "").build()))
                .isTrue();
    }

    @Test
    void the_content_type_is_the_bodys_as_okhttp_will_send_it() {
        Match json = Routes.header(Routes.exact("content-type", "application/json"));
        Request.Builder request = new Request.Builder().url("http://orders/").header("Content-Type", "text/plain");
        RequestBody body = RequestBody.create(new byte[0], MediaType.get("application/json"));
        assertThat(matches(json, request.post(body).build())).isTrue();
        assertThat(matches(json, request.get().build())).isFalse();
        assertThat(matches(
                        json,
                        request.header("Content-Type", "application/json")
                                .post(RequestBody.EMPTY)
                                .build()))
                .isTrue();
    }

    @ParameterizedTest
    @CsvSource({
        "animal, whale, animal=whale, true",
        "animal, whale, animal=whaledolphin, false",
        "animal, whale, Animal=whale, false", // names have case here
        "animal, whale, animal=whale&animal=dog, true", // the first counts
        "animal, whale, animal=dog&animal=whale, false",
        "animal, 'a b', animal=a%20b, true", // decoded
        "animal, 'a b', animal=a+b, true",
        "debug, '', debug, true",
        "debug, '', debug=, true",
        "debug, '', other=1, false",
    })
    void a_query_parameter(String name, String value, String query, boolean expected) {
        assertThat(matches(Routes.query(Routes.exact(name, value)), Routes.get("http://orders/?" + query)))
                .isEqualTo(expected);
    }

    @Test
    @Timeout(30)
    void an_expression_that_takes_too_long_gives_up_and_says_so() throws Exception {
        BoundedRegex evil = new BoundedRegex(".*.*.*.*.*b");
        assertThat(evil.matches("aaaab")).isTrue();
        assertThatThrownBy(() -> evil.matches("a".repeat(60)))
                .isInstanceOf(MatchGaveUp.class)
                .hasMessage(
                        "the regular expression '.*.*.*.*.*b' gave up on a value of 60 characters: it takes more than 200000 steps");
        BoundedRegex deep = new BoundedRegex("(a|b)*c");
        assertThatThrownBy(() -> deep.matches("ab".repeat(4000))).isInstanceOf(MatchGaveUp.class);
    }

    @Test
    @Timeout(30)
    void an_expression_for_a_secret_gives_up_without_its_text() {
        for (Match match : List.of(
                Routes.header(Routes.regex("authorization", "guest|.*.*.*.*.*b")),
                Routes.query(Routes.regex("token", "guest|.*.*.*.*.*b")))) {
            Request request = Routes.get("http://orders/?token=" + "a".repeat(60))
                    .newBuilder()
                    .header("authorization", "a".repeat(60))
                    .build();
            assertThatThrownBy(() -> new RequestMatch(match).matches(request))
                    .isInstanceOf(MatchGaveUp.class)
                    .hasMessage(
                            "the regular expression (confidential) gave up on a value of 60 characters: it takes more"
                                    + " than 200000 steps");
        }
    }

    @Test
    void an_expression_does_not_look_at_more_than_8192_characters() throws Exception {
        BoundedRegex all = new BoundedRegex(".*");
        assertThat(all.matches("a".repeat(8192))).isTrue();
        assertThatThrownBy(() -> all.matches("a".repeat(8193)))
                .isInstanceOf(MatchGaveUp.class)
                .hasMessageContaining("8193 characters: at most 8192");
    }

    /** Gateway API's order, in the words of its specification. */
    private static int compare(Match a, Match b) {
        return Comparator.<Match>comparingInt(RequestMatchTest::pathClass)
                .thenComparing(Comparator.<Match>comparingInt(RequestMatchTest::pathLength)
                        .reversed())
                .thenComparing(m -> m.method() == null)
                .thenComparing(
                        Comparator.<Match>comparingInt(m -> m.headers().size()).reversed())
                .thenComparing(
                        Comparator.<Match>comparingInt(m -> m.queryParams().size())
                                .reversed())
                .compare(a, b);
    }

    private static int pathClass(Match match) {
        PathMatch path = match.path();
        return path == null
                ? 2
                : switch (path.type()) {
                    case EXACT -> 0;
                    case REGULAR_EXPRESSION -> 1;
                    case PATH_PREFIX -> 2;
                };
    }

    private static int pathLength(Match match) {
        PathMatch path = match.path();
        if (path == null) {
            return 0;
        }
        String value = path.value();
        boolean cut = path.type() == PathMatch.Type.PATH_PREFIX && value.endsWith("/");
        return value.length() - (cut ? 1 : 0);
    }

    @Test
    void of_all_matches_that_take_a_request_the_most_specific_does_and_then_the_first() {
        Random random = new Random(31);
        List<Request> requests = List.of(
                Routes.get("http://orders/"),
                Routes.get("http://orders/a?p=1"),
                Routes.get("http://orders/a/b?p=1&q=1")
                        .newBuilder()
                        .header("h", "1")
                        .build(),
                Routes.get("http://orders/a/b/c?p=1&q=1")
                        .newBuilder()
                        .header("h", "1")
                        .header("i", "1")
                        .post(RequestBody.EMPTY)
                        .build());
        int taken = 0;
        for (int round = 0; round < 5_000; round++) {
            List<Match> matches = new ArrayList<>();
            for (int i = random.nextInt(1, 12); i > 0; i--) {
                matches.add(any(random));
            }
            List<RequestMatch> ordered =
                    new ArrayList<>(matches.stream().map(RequestMatch::new).toList());
            List<RequestMatch> documentOrder = List.copyOf(ordered);
            ordered.sort(RequestMatch::compareTo);
            for (Request request : requests) {
                int got = ordered.stream()
                        .filter(m -> matches(m, request))
                        .findFirst()
                        .map(documentOrder::indexOf)
                        .orElse(-1);
                int wanted = -1;
                for (int i = 0; i < matches.size(); i++) {
                    boolean better = wanted < 0 || compare(matches.get(i), matches.get(wanted)) < 0;
                    wanted = better && matches(documentOrder.get(i), request) ? i : wanted;
                }
                assertThat(got).as("%s of %s", request, matches).isEqualTo(wanted);
                taken += got < 0 ? 0 : 1;
            }
        }
        assertThat(taken).isGreaterThan(5_000);
    }

    private static Match any(Random random) {
        String[] types = {"Exact", "PathPrefix", "PathPrefix", "PathPrefix", "RegularExpression"};
        String[] paths = {"/", "/a", "/a/", "/a/b", "/a/b/c"};
        List<ValueMatch> values = new ArrayList<>(List.of(Routes.exact("h", "1"), Routes.exact("i", "1")));
        List<ValueMatch> params = new ArrayList<>(List.of(Routes.exact("p", "1"), Routes.exact("q", "1")));
        Collections.shuffle(values, random);
        Collections.shuffle(params, random);
        return new Match(
                random.nextInt(4) == 0
                        ? null
                        : new PathMatch(
                                Routes.pathType(types[random.nextInt(types.length)]),
                                paths[random.nextInt(paths.length)]),
                random.nextInt(3) == 0 ? "POST" : null,
                values.subList(0, random.nextInt(3)),
                params.subList(0, random.nextInt(3)));
    }

    private static @Nullable String difference(Match match, String url) throws MatchGaveUp {
        return new RequestMatch(match)
                .difference(Routes.get(url).newBuilder().header("a", "2").build());
    }

    @Test
    void a_difference_names_the_first_condition_that_fails_what_is_there_and_what_must_be() throws MatchGaveUp {
        assertThat(difference(Routes.header(Routes.exact("a", "1")), "http://orders/"))
                .isEqualTo("header a is \"2\", and must be \"1\"");
        assertThat(difference(Routes.header(Routes.exact("b", "1")), "http://orders/"))
                .isEqualTo("header b is missing, and must be \"1\"");
        assertThat(difference(Routes.query(Routes.exact("q", "1")), "http://orders/?q"))
                .isEqualTo("query q is \"\", and must be \"1\"");
        assertThat(difference(Routes.query(Routes.regex("q", "1.*")), "http://orders/?p=1"))
                .isEqualTo("query q is missing, and must be \"~1.*\"");
        assertThat(difference(Routes.query(Routes.exact("pin", "1")), "http://orders/?pin=7"))
                .isEqualTo("query pin is (confidential), and must be (confidential)");
        assertThat(difference(Routes.path("PathPrefix", "/a"), "http://orders/b"))
                .isEqualTo("path is \"/b\", and must be \"/a/*\"");
        assertThat(difference(Routes.header(Routes.exact("a", "2")), "http://orders/"))
                .isNull();
    }

    @Test
    @Timeout(30)
    void another_condition_that_fails_decides_although_an_expression_gives_up() throws MatchGaveUp {
        String path = "/" + "a".repeat(60);
        Match match = new Match(
                Routes.path("RegularExpression", "/.*.*.*.*.*b").path(),
                null,
                List.of(Routes.regex("b", "1")),
                List.of());
        assertThat(difference(match, "http://orders" + path)).startsWith("header b is missing");
    }
}
