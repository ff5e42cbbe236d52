package dev.meshclient.internal.authz;

import static dev.meshclient.internal.authz.Policies.compiled;
import static org.assertj.core.api.Assertions.assertThat;

import dev.meshclient.authz.InboundRequest;
import dev.meshclient.authz.InboundRequest.Attribute;
import dev.meshclient.internal.authz.Authorization.Answer;
import dev.meshclient.internal.call.Allocated;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The evaluator alone: Istio's order and what its values match. */
class AuthorizationTest {
    private static final String WEB = "spiffe://shop.example/ns/prod/sa/web";

    private static FakeFacts get(String path) {
        return new FakeFacts()
                .with(Attribute.METHOD, "GET")
                .with(Attribute.PATH, path)
                .with(Attribute.HOST, "orders:8080")
                .with(Attribute.PORT, "8080")
                .with(Attribute.PRINCIPAL, WEB)
                .with(Attribute.SOURCE_IP, "10.1.2.3");
    }

    private static Answer answer(Authorization policies, FakeFacts request) {
        return policies.decide(request, request).answer();
    }

    private static List<String> notices(Authorization policies, FakeFacts request) {
        List<String> notices = new ArrayList<>();
        policies.notices(
                request,
                request,
                policies.decide(request, request),
                verdict -> verdict.answer() != Answer.ALLOWED,
                (kind, verdict) -> notices.add(kind + " " + verdict.reason()));
        return notices;
    }

    private static boolean allows(String rule, FakeFacts request) {
        Answer allow = answer(compiled("{'action': 'ALLOW', 'rules': [" + rule + "]}"), request);
        Answer deny = answer(compiled("{'action': 'DENY', 'rules': [" + rule + "]}"), request);
        assertThat(deny).as("a rule denies what it would allow").isNotEqualTo(allow);
        return allow == Answer.ALLOWED;
    }

    // ---- order

    @Test
    void without_an_allow_everything_is_allowed_that_no_deny_matches() {
        Authorization policies = compiled("{'name': 'no-writes', 'action': 'DENY',"
                + " 'rules': [{'to': [{'operation': {'methods': ['POST']}}]}]}");

        assertThat(answer(policies, get("/"))).isEqualTo(Answer.ALLOWED);
        assertThat(policies.decide(get("/").with(Attribute.METHOD, "POST"), get("/").with(Attribute.METHOD, "POST")))
                .isEqualTo(new Authorization.Verdict(Answer.DENIED, "no-writes", "rules[0]"));
    }

    @Test
    void a_deny_wins_over_an_allow_that_stands_before_it() {
        Authorization policies =
                compiled("{'action': 'ALLOW', 'rules': [{}]}", "{'name': 'closed', 'action': 'DENY', 'rules': [{}]}");

        assertThat(policies.decide(get("/"), get("/")).policy()).isEqualTo("closed");
        assertThat(answer(policies, get("/"))).isEqualTo(Answer.DENIED);
    }

    @Test
    void any_allow_is_enough_and_with_one_the_rest_is_denied() {
        Authorization policies = compiled(
                "{'name': 'a', 'action': 'ALLOW', 'rules': [{'to': [{'operation': {'paths': ['/a']}}]}]}",
                "{'name': 'b', 'action': 'ALLOW', 'rules': [{'to': [{'operation': {'paths': ['/x']}}]},"
                        + " {'to': [{'operation': {'paths': ['/b']}}]}]}");

        assertThat(answer(policies, get("/a"))).isEqualTo(Answer.ALLOWED);
        assertThat(policies.decide(get("/b"), get("/b")))
                .isEqualTo(new Authorization.Verdict(Answer.ALLOWED, "b", "rules[1]"));
        assertThat(policies.decide(get("/c"), get("/c")))
                .isEqualTo(new Authorization.Verdict(Answer.DENIED, "a, b", ""));
    }

    @Test
    void no_rules_match_nothing_and_an_empty_rule_matches_everything() {
        assertThat(answer(compiled("{'action': 'ALLOW', 'rules': []}"), get("/")))
                .isEqualTo(Answer.DENIED);
        assertThat(answer(compiled("{'action': 'DENY', 'rules': []}"), get("/")))
                .isEqualTo(Answer.ALLOWED);
        assertThat(answer(compiled("{'action': 'ALLOW', 'rules': [{}]}"), get("/")))
                .isEqualTo(Answer.ALLOWED);
        assertThat(answer(compiled("{'action': 'DENY', 'rules': [{}]}"), get("/")))
                .isEqualTo(Answer.DENIED);
    }

    @Test
    void a_shadow_decides_nothing_and_says_what_it_would() {
        Authorization policies = compiled(
                "{'action': 'ALLOW', 'rules': [{}]}",
                "{'name': 'next', 'action': 'DENY', 'shadow': true,"
                        + " 'rules': [{'to': [{'operation': {'paths': ['/old']}}]}]}");

        assertThat(answer(policies, get("/old"))).isEqualTo(Answer.ALLOWED);
        assertThat(notices(policies, get("/old"))).containsExactly("WOULD_BE_DENIED policy 'next', rules[0]");
        assertThat(notices(policies, get("/"))).isEmpty();
        assertThat(notices(compiled("{'action': 'ALLOW', 'rules': [{}]}"), get("/")))
                .isEmpty();
    }

    @Test
    void an_audit_is_reported_and_decides_nothing() {
        Authorization policies = compiled("{'name': 'watch', 'action': 'AUDIT', 'rules': [{}]}");

        assertThat(answer(policies, get("/"))).isEqualTo(Answer.ALLOWED);
        assertThat(notices(policies, get("/"))).containsExactly("AUDITED policy 'watch', rules[0]");
    }

    @Test
    void from_and_to_and_when_must_all_hold() {
        String rule = "{'from': [{'source': {'namespaces': ['prod']}}], 'to': [{'operation': {'methods': ['GET']}}],"
                + " 'when': [{'key': 'source.ip', 'values': ['10.0.0.0/8']}, {'key': 'destination.port', 'values': ['8080']}]}";

        assertThat(allows(rule, get("/"))).isTrue();
        assertThat(allows(rule, get("/").with(Attribute.PRINCIPAL, "spiffe://shop.example/ns/test/sa/web")))
                .isFalse();
        assertThat(allows(rule, get("/").with(Attribute.METHOD, "POST"))).isFalse();
        assertThat(allows(rule, get("/").with(Attribute.SOURCE_IP, "192.0.2.1")))
                .isFalse();
        assertThat(allows(rule, get("/").with(Attribute.PORT, "80"))).isFalse();
    }

    // ---- values

    @ParameterizedTest
    @CsvSource({
        "abc, abc, true",
        "abc, abcd, false",
        "abc*, abcd, true",
        "abc*, abc, true",
        "abc*, ab, false",
        "*abc, xabc, true",
        "*abc, abc, true",
        "*abc, abcx, false",
        "*, x, true",
        "*, '', false",
        "ABC, abc, false"
    })
    void a_text(String pattern, String value, boolean matches) {
        assertThat(TextMatch.of(pattern, false).matches(value)).isEqualTo(matches);
    }

    @ParameterizedTest
    @CsvSource({
        "spiffe://shop.example/ns/prod/sa/web, true",
        "shop.example/ns/prod/sa/web, true",
        "*, true",
        "shop.example/*, true",
        "*/sa/web, true",
        "spiffe://shop.example/ns/*, true",
        "shop.example/ns/prod, false",
        "spiffe://other.example/*, false",
        "/sa/web, false"
    })
    void a_principal_with_and_without_its_scheme(String pattern, boolean matches) {
        String rule = "{'from': [{'source': {'principals': ['" + pattern + "']}}]}";

        assertThat(allows(rule, get("/"))).isEqualTo(matches);
        assertThat(allows(rule, get("/").with(Attribute.PRINCIPAL, "shop.example/ns/prod/sa/web")))
                .isEqualTo(matches);
    }

    @ParameterizedTest
    @CsvSource({
        "namespaces, prod, true",
        "namespaces, pro*, true",
        "namespaces, *od, true",
        "namespaces, *, true",
        "namespaces, pr, false",
        "namespaces, sa, false",
        "serviceAccounts, prod/web, true",
        "serviceAccounts, prod/we, false",
        "serviceAccounts, test/web, false",
        "trustDomains, shop.example, true",
        "trustDomains, shop*, true",
        "trustDomains, shop, false",
        "trustDomains, *example, true"
    })
    void a_part_of_the_principal(String field, String value, boolean matches) {
        assertThat(allows("{'from': [{'source': {'" + field + "': ['" + value + "']}}]}", get("/")))
                .isEqualTo(matches);
    }

    @Test
    void a_name_that_only_looks_like_a_namespace_or_account_is_none() {
        String namespace = "{'from': [{'source': {'namespaces': ['prod']}}]}";
        String account = "{'from': [{'source': {'serviceAccounts': ['prod/web']}}]}";

        for (String id : List.of("spiffe://ns/prod/sa/web", "spiffe://a/b", "spiffe://a/ns/prod", "spiffe://a/ns/")) {
            assertThat(allows(namespace, get("/").with(Attribute.PRINCIPAL, id)))
                    .as(id)
                    .isFalse();
        }
        for (String id : List.of("spiffe://a/ns/prod/sa/webx", "spiffe://a/ns/prod/xsa/web", "spiffe://a/ns/prod")) {
            assertThat(allows(account, get("/").with(Attribute.PRINCIPAL, id)))
                    .as(id)
                    .isFalse();
        }
    }

    @Test
    void without_a_peer_only_a_not_matches() {
        FakeFacts nobody = get("/");
        nobody.texts.remove(Attribute.PRINCIPAL);

        assertThat(allows("{'from': [{'source': {'principals': ['*']}}]}", nobody))
                .isFalse();
        assertThat(allows("{'from': [{'source': {'notPrincipals': ['*/guest']}}]}", nobody))
                .isTrue();
    }

    @ParameterizedTest
    @CsvSource({
        "orders, true",
        "ORDERS, true",
        "orders:8080, true",
        "orders:80, false",
        "ord*, true",
        "*ders, true",
        "*, true",
        "order, false"
    })
    void a_host_in_any_case_with_and_without_its_port(String pattern, boolean matches) {
        assertThat(allows("{'to': [{'operation': {'hosts': ['" + pattern + "']}}]}", get("/")))
                .isEqualTo(matches);
    }

    @Test
    void an_ipv6_host_has_no_port_in_its_brackets() {
        String rule = "{'to': [{'operation': {'hosts': ['[::1]']}}]}";

        assertThat(allows(rule, get("/").with(Attribute.HOST, "[::1]"))).isTrue();
        assertThat(allows(rule, get("/").with(Attribute.HOST, "[::1]:80"))).isTrue();
        assertThat(allows(rule, get("/").with(Attribute.HOST, "[::2]"))).isFalse();
    }

    @ParameterizedTest
    @CsvSource({
        "/a, /a, true",
        "/a, /a/, false",
        "/a/*, /a/b/c, true",
        "/a/*, /a/, true",
        "/a/*, /a, false",
        "*/b, /a/b, true",
        "*, /, true",
        "/{*}, /a, true",
        "/{*}, /, false",
        "/{*}, /a/b, false",
        "/a/{*}/c, /a/b/c, true",
        "/a/{*}/c, /a//c, false",
        "/a/{*}/c, /a/b/d/c, false",
        "/a/{**}, /a/, true",
        "/a/{**}, /a/b/c, true",
        "/a/{**}, /a, false",
        "/{**}/c, /a/b/c, true",
        "/{**}/c, /c, false",
        "/a/{*}/{**}/z, /a/b/c/d/z, true",
        "/a/{*}/{**}/z, /a/b/z, false",
        "/a%20b, /a b, true"
    })
    void a_path(String pattern, String path, boolean matches) {
        assertThat(PathPattern.of(pattern).matches(path)).isEqualTo(matches);
    }

    @ParameterizedTest
    @CsvSource({
        "10.0.0.0/8, 10.255.0.1, true",
        "10.0.0.0/8, 11.0.0.1, false",
        "10.0.0.1, 10.0.0.1, true",
        "10.0.0.1, 10.0.0.2, false",
        "0.0.0.0/0, 1.2.3.4, true",
        "10.1.2.0/23, 10.1.3.4, true",
        "10.1.2.0/23, 10.1.4.4, false",
        "fd00::/8, fd12::1, true",
        "fd00::/8, fe80::1, false",
        "::1, ::1, true",
        "::/0, 10.0.0.1, false",
        "10.0.0.0/8, ::ffff:10.1.1.1, true",
        "::ffff:a00:0/104, 10.1.1.1, true",
        "::ffff:a00:0/104, 11.1.1.1, false",
        "::ffff:a00:1, 10.0.0.1, true",
        "::ffff:0:0/96, 192.0.2.1, true",
        "fe80::/10, fe80::1%eth0, true"
    })
    void an_address(String block, String address, boolean matches) {
        InboundRequest request = InboundRequest.of("GET", "/").sourceIp(address).build();

        assertThat(AddressBlock.of(block)
                        .contains(Objects.requireNonNull(request.sourceIp()).getAddress()))
                .isEqualTo(matches);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "request.headers[X-User] | ann | true",
                "request.headers[x-user] | * | true",
                "request.headers[x-empty] | * | true",
                "request.headers[x-other] | * | false",
                "request.headers[:method] | GET | true",
                "request.auth.principal | https://id.shop.example/ann | true",
                "request.auth.principal | https://id* | true",
                "request.auth.audiences | shop | true",
                "request.auth.audiences | sho | false",
                "request.auth.presenter | web-app | true",
                "request.auth.claims[scope] | reviews.write | true",
                "request.auth.claims[scope] | reviews | false",
                "request.auth.claims[groups] | admin | true",
                "request.auth.claims[groups] | adm | false",
                "request.auth.claims[realm][roles] | ops | true",
                "request.auth.claims[realm] | * | false",
                "request.auth.claims[level] | 3 | false",
                "request.auth.claims[title] | the boss | true",
                "request.auth.claims[title] | boss | false"
            })
    void a_condition(String key, String value, boolean matches) {
        FakeFacts request = get("/").header("x-user", "ann")
                .header("x-empty", "")
                .claims(Map.of(
                        "iss",
                        "https://id.shop.example",
                        "sub",
                        "ann",
                        "aud",
                        List.of("other", "shop"),
                        "azp",
                        "web-app",
                        "scope",
                        "reviews.read reviews.write",
                        "groups",
                        List.of("admin", 3),
                        "realm",
                        Map.of("roles", List.of("ops")),
                        "level",
                        3,
                        "title",
                        "the boss"));

        assertThat(allows("{'when': [{'key': '" + key + "', 'values': ['" + value + "']}]}", request))
                .isEqualTo(matches);
    }

    // ---- each field

    /** Where it stands, of which value, and what makes the request above another one for it. */
    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "source | principals | shop.example/ns/prod/sa/web | PRINCIPAL",
                "source | requestPrincipals | https://id.shop.example/ann | TOKEN",
                "source | namespaces | prod | PRINCIPAL",
                "source | serviceAccounts | prod/web | PRINCIPAL",
                "source | trustDomains | shop.example | PRINCIPAL",
                "source | ipBlocks | 10.1.2.0/24 | SOURCE_IP",
                "source | remoteIpBlocks | 192.0.2.0/24 | REMOTE_IP",
                "operation | hosts | orders | HOST",
                "operation | ports | 8080 | PORT",
                "operation | methods | GET | METHOD",
                "operation | paths | /a | PATH",
                "when | source.ip | 10.1.2.3 | SOURCE_IP",
                "when | source.namespace | prod | PRINCIPAL",
                "when | source.principal | shop.example/ns/prod/sa/web | PRINCIPAL",
                "when | source.serviceAccount | prod/web | PRINCIPAL",
                "when | source.trustDomain | shop.example | PRINCIPAL",
                "when | source.zone | eu-1a | SOURCE_ZONE",
                "when | remote.ip | 192.0.2.7 | REMOTE_IP",
                "when | destination.ip | 10.9.9.9 | DESTINATION_IP",
                "when | destination.port | 8080 | PORT",
                "when | connection.sni | orders.shop | SNI",
                "when | request.headers[:authority] | orders | HOST",
                "when | request.headers[Host] | ORDERS | HOST",
                "when | request.headers[:method] | GET | METHOD",
                "when | request.headers[x-user] | ann | HEADERS",
                "when | request.auth.principal | https://id.shop.example/ann | TOKEN",
                "when | request.auth.audiences | shop | TOKEN",
                "when | request.auth.presenter | web-app | TOKEN",
                "when | request.auth.claims[realm][role] | ops | TOKEN"
            })
    void each_field_asks_for_its_own_and_its_not_for_the_opposite(
            String where, String field, String value, Attribute asked) {
        for (boolean not : new boolean[] {false, true}) {
            String rule = rule(where, field, value, not);
            assertThat(allows(rule, full())).as(rule).isNotEqualTo(not);
            for (Attribute other : Attribute.values()) {
                assertThat(allows(rule, without(other)))
                        .as("%s without %s", rule, other)
                        .isEqualTo((asked == other) == not);
            }
        }
    }

    private static String rule(String where, String field, String value, boolean not) {
        String name = not ? "not" + field.substring(0, 1).toUpperCase(Locale.ROOT) + field.substring(1) : field;
        return switch (where) {
            case "source" -> "{'from': [{'source': {'" + name + "': ['" + value + "']}}]}";
            case "operation" -> "{'to': [{'operation': {'" + name + "': ['" + value + "']}}]}";
            default ->
                "{'when': [{'key': '" + field + "', '" + (not ? "notValues" : "values") + "': ['" + value + "']}]}";
        };
    }

    private static FakeFacts full() {
        return get("/a")
                .with(Attribute.REMOTE_IP, "192.0.2.7")
                .with(Attribute.DESTINATION_IP, "10.9.9.9")
                .with(Attribute.SNI, "orders.shop")
                .with(Attribute.SOURCE_ZONE, "eu-1a")
                .header("x-user", "ann")
                .claims(Map.of(
                        "iss",
                        "https://id.shop.example",
                        "sub",
                        "ann",
                        "aud",
                        "shop",
                        "azp",
                        "web-app",
                        "realm",
                        Map.of("role", "ops")));
    }

    private static FakeFacts without(Attribute attribute) {
        FakeFacts request = full();
        request.texts.remove(attribute);
        if (attribute == Attribute.HEADERS) {
            request.headers.clear();
        } else if (attribute == Attribute.TOKEN) {
            request.claims = null;
        }
        return request;
    }

    // ---- cost

    @Test
    void an_answer_allocates_nothing() {
        Authorization policies = compiled(
                "{'action': 'DENY', 'rules': [{'from': [{'source': {'notNamespaces': ['prod']}}]}]}",
                "{'action': 'ALLOW', 'rules': [{'from': [{'source': {'principals': ['shop.example/ns/prod/sa/web']}}],"
                        + " 'to': [{'operation': {'methods': ['GET'], 'paths': ['/a/*', '/b/{*}/c'], 'hosts': ['orders']}}]}]}");
        FakeFacts request = get("/b/1/c");
        Runnable calls = () -> {
            for (int i = 0; i < 10_000; i++) {
                if (policies.decide(request, request).answer() != Answer.ALLOWED) {
                    throw new AssertionError();
                }
            }
        };

        assertThat(Allocated.bytes(calls)).isLessThan(10_000);
    }
}
