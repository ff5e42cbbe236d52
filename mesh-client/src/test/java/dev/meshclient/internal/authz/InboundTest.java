package dev.meshclient.internal.authz;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.tuple;

import dev.meshclient.authz.AuthorizationEvent;
import dev.meshclient.authz.AuthorizationEvent.Kind;
import dev.meshclient.authz.Inbound;
import dev.meshclient.authz.InboundRequest;
import dev.meshclient.authz.InboundResult;
import dev.meshclient.authz.InboundResult.Status;
import dev.meshclient.internal.time.InlineTime;
import dev.meshclient.policy.Access;
import dev.meshclient.policy.RequestAuthentication;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The boundary: which requests may come in, and which events it reports. */
class InboundTest {
    private static final String ONLY_WEB = "[{'name': 'only-web', 'action': 'ALLOW', 'rules': [{'from': [{'source':"
            + " {'principals': ['shop.example/ns/prod/sa/web']}}], 'to': [{'operation': {'paths': ['/api/*']}}]}]}]";
    private static final String WEB = "spiffe://shop.example/ns/prod/sa/web";

    private final InlineTime time = new InlineTime();
    private final TestIssuer issuer = new TestIssuer("a");
    private final List<AuthorizationEvent> reported = new ArrayList<>();
    private final KeySets keys = new KeySets(time, (uri, max, timeout) -> {
        throw new IOException("down");
    });

    private Inbound inbound(String authorization, @Nullable RequestAuthentication tokens) {
        Access access = new Access(Policies.read(authorization.replace('\'', '"')), tokens, null);
        Boundary boundary = Boundary.of("orders", access, "shop.example", keys);
        return new PolicyInbound(() -> boundary, reported::add);
    }

    private static InboundRequest.Builder get(String path) {
        return InboundRequest.of("GET", path).peer(WEB).headers(name -> null);
    }

    private InboundRequest.Builder withToken(String path, String token) {
        return get(path).headers(name -> name.equalsIgnoreCase("Authorization") ? "Bearer " + token : null);
    }

    private RequestAuthentication tokens(boolean forward) {
        return new RequestAuthentication(Map.of("corp", issuer.inline(List.of())), forward);
    }

    @Test
    void an_allowed_caller_comes_in_and_a_denial_names_its_policy() {
        Inbound inbound = inbound(ONLY_WEB, null);

        InboundResult allowed = inbound.authorize(get("/api/1").build());
        InboundResult denied = inbound.authorize(get("/api/1").peer(null).build());

        assertThat(allowed.isAllowed()).isTrue();
        assertThat(allowed.policy()).isEqualTo("only-web");
        assertThat(allowed.rule()).isEqualTo("rules[0]");
        assertThat(denied.status()).isEqualTo(Status.DENIED);
        assertThat(denied.status().http()).isEqualTo(403);
        assertThat(denied.policy()).isEqualTo("only-web");
        assertThat(denied.reason()).isEqualTo("no rule of 'only-web' allows it");
        assertThat(reported)
                .containsExactly(new Notice(true, "orders", Kind.DENIED, "only-web", "", "", "GET", "/api/1"));
    }

    @Test
    void without_a_policy_nothing_comes_in() {
        Inbound inbound = new PolicyInbound(() -> Boundary.closed("", "there is no policy yet"), reported::add);

        InboundResult result = inbound.authorize(get("/").build());

        assertThat(result.status()).isEqualTo(Status.UNAVAILABLE);
        assertThat(result.status().http()).isEqualTo(503);
        assertThat(result.reason()).isEqualTo("there is no policy yet");
        assertThat(reported).extracting(AuthorizationEvent::kind).containsExactly(Kind.UNDECIDED);
    }

    @Test
    void what_the_entry_point_does_not_state_is_decided_against_the_request() {
        String rule = "[{'name': 'p', 'action': '%s', 'rules': [{'from': [{'source': {'principals': ['*']}}]}]}]";
        InboundRequest silent = InboundRequest.of("GET", "/").build();

        assertThat(inbound(rule.formatted("ALLOW"), null).authorize(silent).status())
                .isEqualTo(Status.DENIED);
        InboundResult denied = inbound(rule.formatted("DENY"), null).authorize(silent);
        assertThat(denied.status()).isEqualTo(Status.DENIED);
        assertThat(denied.reason())
                .isEqualTo(
                        "policy 'p', rules[0], asks for PRINCIPAL, which the entry point does not state (see InboundRequest)");
        assertThat(inbound(rule.formatted("DENY"), null)
                        .authorize(InboundRequest.of("GET", "/").peer(null).build())
                        .isAllowed())
                .isTrue();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "/api/%2e%2e/admin",
                "/api/..%2fadmin",
                "/api//x",
                "/api/;x",
                "/api/a%5Cb",
                "/api\\x",
                "/api/../x",
                "/api/public#/../../admin"
            })
    void a_path_that_servers_read_in_different_ways_is_refused_where_paths_matter(String path) {
        assertThat(inbound(ONLY_WEB, null).authorize(get(path).build()).reason())
                .contains("policy asks for paths");
        assertThat(inbound("[{'action': 'ALLOW', 'rules': [{}]}]", null)
                        .authorize(get(path).build())
                        .isAllowed())
                .isTrue();
    }

    @ParameterizedTest
    @ValueSource(strings = {"/api/a%2Fb", "/api//x", "/api/;x"})
    void a_shadow_or_an_audit_that_asks_for_paths_refuses_none(String path) {
        String paths = "'rules': [{'to': [{'operation': {'paths': ['/admin']}}]}]}";
        Inbound inbound = inbound(
                "[{'action': 'ALLOW', 'rules': [{}]}, {'name': 'watch', 'action': 'AUDIT', " + paths
                        + ", {'name': 'next', 'action': 'DENY', 'shadow': true, " + paths + "]",
                null);

        assertThat(inbound.authorize(get(path).build()).isAllowed()).isTrue();
        assertThat(reported)
                .as("in force it would refuse this path")
                .extracting(AuthorizationEvent::kind, AuthorizationEvent::policy)
                .containsExactly(tuple(Kind.WOULD_BE_DENIED, "next"));
    }

    /** All of them reach admin.example on some server, and no server has to send them there. */
    @ParameterizedTest
    @ValueSource(
            strings = {
                "admin.example.",
                "admin.example.:8443",
                "ADMIN.example..",
                "admin%2eexample",
                "user@admin.example",
                "admin.example,public.example",
                "public.example, admin.example",
                "admin.example:",
                "admin.example:08443",
                "admin.example:8443:1",
                " admin.example",
                "admin.example/",
                "admin.example#",
                "admin\u3002example",
                ".admin.example"
            })
    void a_host_that_servers_read_in_different_ways_is_refused_where_hosts_matter(String host) {
        for (String action : List.of("ALLOW", "DENY")) {
            for (String rule : List.of(
                    "'to': [{'operation': {'hosts': ['admin.example']}}]",
                    "'when': [{'key': 'request.headers[Host]', 'values': ['admin.example']}]",
                    "'when': [{'key': 'request.headers[:authority]', 'values': ['admin.example']}]")) {
                InboundResult result = inbound("[{'action': '" + action + "', 'rules': [{" + rule + "}]}]", null)
                        .authorize(get("/").host(host).peer("no ID").build());
                assertThat(result.status()).as(action + rule).isEqualTo(Status.DENIED);
                assertThat(result.reason())
                        .endsWith(", asks for HOST, and servers differ in what \"" + host.toLowerCase(Locale.ROOT)
                                + "\" means");
            }
        }
        assertThat(inbound(ONLY_WEB, null)
                        .authorize(get("/api/1").host(host).build())
                        .isAllowed())
                .isTrue();
    }

    @ParameterizedTest
    @ValueSource(strings = {"public.example", "PUBLIC.example:8443", "[2001:db8::1]:80", "10.0.0.1", "x_y", ""})
    void a_plain_host_is_none_that_is_denied(String host) {
        assertThat(inbound("[{'action': 'DENY', 'rules': [{'to': [{'operation': {'hosts': ['admin.*']}}]}]}]", null)
                        .authorize(get("/").host(host).build())
                        .isAllowed())
                .isTrue();
    }

    /** Istio finds the namespace anywhere in the ID, another peer at its beginning. */
    @ParameterizedTest
    @ValueSource(
            strings = {
                "spiffe://shop.example/ns/a/ns/prod/sa/web",
                "spiffe://shop.example/ns/prod/sa/web/ns/a",
                "spiffe://shop.example/ns/prod/sa/a/sa/web",
                "spiffe://shop.example/sa/web/ns/prod/sa/a",
                "shop.example/x/ns/prod/ns/a/sa/web"
            })
    void an_id_with_two_namespaces_or_accounts_is_refused_where_they_matter(String peer) {
        for (String action : List.of("ALLOW", "DENY")) {
            for (String source : List.of("'namespaces': ['prod']", "'serviceAccounts': ['prod/web']")) {
                InboundResult result = inbound(
                                "[{'action': '" + action + "', 'rules': [{'from': [{'source': {" + source + "}}]}]}]",
                                null)
                        .authorize(get("/").peer(peer).build());
                assertThat(result.status()).as(action + source).isEqualTo(Status.DENIED);
                assertThat(result.reason()).contains("namespace or account of '" + peer + "', which has two");
            }
        }
    }

    @Test
    void a_namespace_may_be_named_as_its_mark_is() {
        String policies = "[{'action': 'ALLOW', 'rules': [{'from': [{'source': {'serviceAccounts': ['ns/sa']}}]}]}]";
        assertThat(inbound(policies, null)
                        .authorize(get("/").peer("spiffe://shop.example/ns/ns/sa/sa")
                                .build())
                        .isAllowed())
                .isTrue();
    }

    /** The same rules as for a token: what is no SPIFFE ID is not compared as one. */
    @ParameterizedTest
    @ValueSource(
            strings = {
                "SPIFFE://shop.example/ns/prod/sa/web",
                "spiffe://shop.example/ns/prod/sa/../sa/web",
                "spiffe://shop.example//ns/prod/sa/web",
                "spiffe://shop.example/ns/prod/sa/web/",
                "spiffe://shop.example/ns/prod/sa/%77eb",
                "spiffe://shop.example/ns/prod/sa/web?x",
                "spiffe://Shop.example/ns/prod/sa/web",
                "spiffe://shop.example",
                ""
            })
    void a_peer_without_a_legal_SPIFFE_ID_is_refused_where_peers_matter(String peer) {
        String policies = "[{'action': '%s', 'rules': [{'from': [{'source': {'principals': ['x']}}]}]}]";
        for (String action : List.of("ALLOW", "DENY")) {
            assertThat(inbound(policies.formatted(action), null)
                            .authorize(get("/").peer(peer).build())
                            .reason())
                    .endsWith(", asks for PRINCIPAL, and servers differ in what \"" + peer + "\" means");
        }
        assertThat(inbound("[]", null).authorize(get("/").peer(peer).build()).isAllowed())
                .isTrue();
    }

    /** A server name is a name in DNS (RFC 6066 3); Envoy compares it in lower case. */
    @Test
    void a_server_name_is_compared_in_any_case_and_refused_with_a_dot_at_its_end() {
        Inbound inbound = inbound(
                "[{'action': 'DENY', 'rules': [{'when': [{'key': 'connection.sni', 'values': ['admin.example']}]}]}]",
                null);
        for (String name : List.of("admin.example", "Admin.Example", "admin.example.")) {
            assertThat(inbound.authorize(get("/").sni(name).build()).isAllowed())
                    .as(name)
                    .isFalse();
        }
        assertThat(inbound.authorize(get("/").sni("public.example").build()).isAllowed())
                .isTrue();
    }

    @Test
    void a_path_in_disguise_is_seen_through() {
        Inbound inbound = inbound(
                "[{'action': 'DENY', 'rules': [{'to': [{'operation': {'paths': ['/admin', '/admin/*']}}]}]}]", null);

        assertThat(inbound.authorize(get("/%61dmin").build()).isAllowed()).isFalse();
        assertThat(inbound.authorize(get("/adm%69n/x?y=//").build()).isAllowed())
                .isFalse();
        assertThat(inbound.authorize(get("/administration").build()).isAllowed())
                .isTrue();
    }

    @Test
    void claims_of_a_valid_token_count_and_the_token_is_taken_away() {
        Inbound inbound = inbound(
                "[{'action': 'ALLOW', 'rules': [{'when': [{'key': 'request.auth.claims[scope]', 'values': ['write']}]}]}]",
                tokens(false));
        String token = issuer.token(
                TestIssuer.claims(time).claim("scope", "read write").build());

        InboundResult result = inbound.authorize(withToken("/", token).build());

        assertThat(result.isAllowed()).isTrue();
        assertThat(result.claims()).containsEntry("sub", "ann");
        assertThat(result.forwardToken()).isFalse();
        assertThat(inbound.authorize(get("/").build()).status()).isEqualTo(Status.DENIED);
    }

    @Test
    void a_bad_token_is_401_even_where_everybody_may_and_a_missing_one_passes() {
        Inbound inbound = inbound("[]", tokens(false));

        InboundResult bad = inbound.authorize(withToken("/", "x.y.z").build());

        assertThat(bad.status()).isEqualTo(Status.UNAUTHENTICATED);
        assertThat(bad.status().http()).isEqualTo(401);
        assertThat(inbound.authorize(get("/").build()).isAllowed()).isTrue();
        assertThat(reported).extracting(AuthorizationEvent::kind).containsExactly(Kind.UNAUTHENTICATED);
    }

    @Test
    void without_headers_it_is_unknown_whether_there_is_a_token() {
        Inbound inbound = inbound(
                "[{'action': 'DENY', 'rules': [{'from': [{'source': {'requestPrincipals': ['*/mallory']}}]}]}]",
                tokens(false));

        assertThat(inbound.authorize(InboundRequest.of("GET", "/").peer(WEB).build())
                        .status())
                .isEqualTo(Status.DENIED);
        assertThat(inbound.authorize(get("/").build()).isAllowed()).isTrue();
    }

    @Test
    void a_token_that_no_policy_checks_is_the_applications_own() {
        InboundResult result =
                inbound("[]", null).authorize(withToken("/", "x.y.z").build());

        assertThat(result.isAllowed()).isTrue();
        assertThat(result.forwardToken()).isTrue();
        assertThat(result.claims()).isEmpty();
    }

    @Test
    void a_token_that_cannot_be_checked_is_503() {
        Inbound inbound = inbound("[]", new RequestAuthentication(Map.of("corp", TestIssuer.remote()), false));

        InboundResult result = inbound.authorize(
                withToken("/", issuer.token(TestIssuer.claims(time).build())).build());

        assertThat(result.status()).isEqualTo(Status.UNAVAILABLE);
        assertThat(result.reason()).contains("https://id.shop.example/jwks: down");
    }

    @Test
    void shadows_and_audits_are_reported_and_decide_nothing() {
        Inbound inbound = inbound(
                "[{'name': 'next', 'action': 'DENY', 'shadow': true, 'rules': [{}]},"
                        + " {'name': 'watch', 'action': 'AUDIT', 'rules': [{}]}]",
                null);

        assertThat(inbound.authorize(get("/a?b=c").build()).isAllowed()).isTrue();
        assertThat(reported)
                .containsExactly(
                        new Notice(true, "orders", Kind.AUDITED, "watch", "rules[0]", WEB, "GET", "/a"),
                        new Notice(true, "orders", Kind.WOULD_BE_DENIED, "next", "rules[0]", WEB, "GET", "/a"));
    }

    @Test
    void everything_that_is_stated_can_be_asked_for() {
        for (String when : List.of(
                "'source.ip', 'values': ['10.0.0.1']",
                "'remote.ip', 'values': ['192.0.2.1']",
                "'destination.ip', 'values': ['10.0.0.2']",
                "'destination.port', 'values': ['8443']",
                "'connection.sni', 'values': ['orders.shop']",
                "'source.zone', 'values': ['eu-1a']",
                "'request.headers[X-A]', 'values': ['1']",
                "'request.headers[host]', 'values': ['ORDERS']",
                "'request.headers[:authority]', 'values': ['Orders']")) {
            InboundRequest request = get("/").host("orders:8443")
                    .port(8443)
                    .sourceIp("10.0.0.1")
                    .remoteIp("192.0.2.1")
                    .destinationIp("10.0.0.2")
                    .sni("orders.shop")
                    .sourceZone("eu-1a")
                    .headers(name -> name.equalsIgnoreCase("x-a") ? "1" : null)
                    .build();
            String policies = "[{'action': 'ALLOW', 'rules': [{'when': [{'key': " + when + "}]}]}]";

            assertThat(inbound(policies, null).authorize(request).isAllowed())
                    .as(when)
                    .isTrue();
            assertThat(inbound(policies, null).authorize(get("/").build()).isAllowed())
                    .as(when)
                    .isFalse();
        }
    }

    @Test
    void the_client_is_the_peer_unless_a_proxy_says_otherwise() {
        String policies =
                "[{'action': 'ALLOW', 'rules': [{'from': [{'source': {'remoteIpBlocks': ['10.0.0.0/8']}}]}]}]";

        assertThat(inbound(policies, null)
                        .authorize(get("/").sourceIp("10.1.1.1").build())
                        .isAllowed())
                .isTrue();
        assertThat(inbound(policies, null)
                        .authorize(get("/").proxyIp("10.1.1.1").build())
                        .isAllowed())
                .as("behind a proxy that states no client")
                .isFalse();
        assertThat(inbound(policies, null)
                        .authorize(get("/").remoteIp("10.2.2.2")
                                .proxyIp("192.0.2.1")
                                .build())
                        .isAllowed())
                .isTrue();
        assertThatThrownBy(() -> get("/").sourceIp("localhost")).hasMessage("not an IP address: 'localhost'");
    }
}
