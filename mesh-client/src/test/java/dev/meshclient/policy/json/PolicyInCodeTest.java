package dev.meshclient.policy.json;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.nimbusds.jose.jwk.Curve;
import com.nimbusds.jose.jwk.gen.ECKeyGenerator;
import dev.meshclient.policy.Access;
import dev.meshclient.policy.BackendRef;
import dev.meshclient.policy.BackendSettings;
import dev.meshclient.policy.Endpoint;
import dev.meshclient.policy.HedgePolicy;
import dev.meshclient.policy.JwtProvider;
import dev.meshclient.policy.LoadBalancer;
import dev.meshclient.policy.Match;
import dev.meshclient.policy.MeshPolicy;
import dev.meshclient.policy.Metadata;
import dev.meshclient.policy.PathMatch;
import dev.meshclient.policy.PolicyCheck;
import dev.meshclient.policy.PolicyDocument;
import dev.meshclient.policy.PolicyException;
import dev.meshclient.policy.PolicyProblem;
import dev.meshclient.policy.RateLimitPolicy;
import dev.meshclient.policy.RefusedService;
import dev.meshclient.policy.RequestAuthentication;
import dev.meshclient.policy.RetryPolicy;
import dev.meshclient.policy.RouteSettings;
import dev.meshclient.policy.Rule;
import dev.meshclient.policy.Service;
import dev.meshclient.policy.Settings;
import dev.meshclient.policy.Subset;
import dev.meshclient.policy.Timeouts;
import dev.meshclient.policy.ValueMatch;
import dev.meshclient.policy.WeightedLoad;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.Stream;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** A policy that was made in code is held to what a document is held to, with the same paths and words. */
class PolicyInCodeTest {
    /** Of those of its mistakes that are not its syntax; null: some are. */
    private static @Nullable MeshPolicy asIfMadeInCode(byte[] json) throws PolicyException {
        PolicyCheck reading = new PolicyCheck();
        AtomicReference<MeshPolicy> policy = new AtomicReference<>();
        List<String> unknown =
                new JsonText(json, reading).read(true, in -> policy.set(new DocumentReader(null).read(in)));
        return reading.problems().isEmpty() && unknown.isEmpty() ? policy.get() : null;
    }

    private static List<String> lines(List<PolicyProblem> problems) {
        return problems.stream()
                .map(p -> p.path() + ": " + p.expected())
                .sorted()
                .toList();
    }

    @Test
    void mistakes_of_meaning_are_reported_as_those_of_a_document() throws Exception {
        int compared = 0;
        for (Path file : Stream.concat(Fixtures.corpus("bad").stream(), Fixtures.corpus("bad-beyond-schema").stream())
                .toList()) {
            byte[] json = Fixtures.bytes(file);
            MeshPolicy policy;
            try {
                policy = asIfMadeInCode(json);
            } catch (PolicyException e) {
                continue;
            }
            if (policy != null) {
                PolicyCheck check = new PolicyCheck();
                check.check(policy);
                List<String> ofDocument = lines(PolicySchema.problems(json)).stream()
                        .map(line ->
                                line.replace(".providers[0]:", ".provider:").replace(".to.eu:", ".to[\"eu/*\"]:"))
                        .toList();
                assertThat(lines(check.problems())).as("%s", file.getFileName()).isEqualTo(ofDocument);
                compared++;
            }
        }
        assertThat(compared).isGreaterThan(100);
    }

    @Test
    void a_bad_service_is_refused_alone() throws Exception {
        MeshPolicy policy = MeshPolicy.builder()
                .metadata(Metadata.builder().mesh("shop").build())
                .service("good", Service.builder().hosts("GOOD").build())
                .service(
                        "bad",
                        Service.builder()
                                .hosts("bad", "http://bad")
                                .endpoints(List.of(
                                        Endpoint.builder().address("10.0.0.1").build()))
                                .rules(List.of(Rule.builder()
                                        .backendRefs(List.of(new BackendRef("nobody", null, 1)))
                                        .build()))
                                .build())
                .build();

        PolicyDocument document = PolicyDocument.of(policy);

        assertThat(document.policy().services()).containsOnlyKeys("good");
        assertThat(document.refused().get("bad")).isNotNull().satisfies(bad -> {
            assertThat(bad.hosts()).containsExactly("bad");
            assertThat(bad.problems())
                    .extracting(PolicyProblem::path)
                    .containsExactly(
                            "services.bad.hosts[1]",
                            "services.bad.endpoints[0].port",
                            "services.bad.rules[0].backendRefs[0].name");
            assertThat(bad.problems().get(1))
                    .hasToString("services.bad.endpoints[0].port: 0 (legal: an integer of 1 to 65535)");
        });
        assertThat(document.unresolved()).containsExactly("nobody");
    }

    @Test
    void a_document_of_a_source_is_checked_beside_what_it_refuses() throws Exception {
        Service orders = Service.builder()
                .hosts("orders")
                .rules(List.of(Rule.builder()
                        .backendRefs(List.of(new BackendRef("refused", null, 1)))
                        .build()))
                .build();
        MeshPolicy policy = MeshPolicy.builder()
                .metadata(Metadata.builder().mesh("shop").build())
                .service("orders", orders)
                .service("bad", Service.builder().hosts("http://bad").build())
                .build();
        RefusedService refused = new RefusedService(List.of("far"), List.of());

        PolicyDocument document = PolicyDocument.of(policy, List.of("x.y"), Map.of("refused", refused));

        assertThat(document.policy().services()).containsOnlyKeys("orders");
        assertThat(document.refused()).containsOnlyKeys("refused", "bad").containsEntry("refused", refused);
        assertThat(document.unknownFields()).containsExactly("x.y");
    }

    @Test
    void a_service_without_hosts_is_reached_by_rules_alone() throws Exception {
        MeshPolicy policy = MeshPolicy.builder()
                .metadata(Metadata.builder().mesh("shop").build())
                .service("orders", Service.builder().build())
                .build();

        assertThat(PolicyDocument.of(policy).refused()).isEmpty();
    }

    @Test
    void a_bad_head_refuses_all() {
        assertThatThrownBy(() -> PolicyDocument.of(MeshPolicy.builder().build()))
                .isInstanceOf(PolicyException.class)
                .hasMessageContaining("metadata.mesh");
    }

    @Test
    void service_accounts_are_completed_as_in_a_document() throws Exception {
        PolicyDocument document = PolicyDocument.of(MeshPolicy.builder()
                .metadata(Metadata.builder().mesh("shop").build())
                .trustDomain("shop.example")
                .service(
                        "orders",
                        Service.builder()
                                .hosts("orders")
                                .endpoints(List.of(Endpoint.builder()
                                        .address("10.0.0.1")
                                        .port(80)
                                        .serviceAccount("ns/prod/sa/a")
                                        .build()))
                                .build())
                .build());

        Service orders = Objects.requireNonNull(document.policy().services().get("orders"));
        assertThat(orders.settings().backend().serviceAccount()).isEqualTo("spiffe://shop.example/orders");
        assertThat(orders.endpoints().get(0).serviceAccount()).isEqualTo("spiffe://shop.example/ns/prod/sa/a");
    }

    private static MeshPolicy withKeys(String jwks) {
        return MeshPolicy.builder()
                .metadata(Metadata.builder().mesh("shop").build())
                .jwtProviders(Map.of(
                        "corp",
                        JwtProvider.builder().issuer("https://corp").jwks(jwks).build()))
                .build();
    }

    @Test
    void keys_from_a_file_with_a_new_line_are_those_of_the_document() throws Exception {
        String keys = new ECKeyGenerator(Curve.P_256).generate().toPublicJWK().toJSONString();
        MeshPolicy policy =
                PolicyDocument.of(withKeys("{\"keys\": [" + keys + "]}\n")).policy();

        assertThat(PolicyCodec.readStrict(PolicyCodec.write(policy)).policy()).isEqualTo(policy);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '~',
            value = {
                "{'keys': [{'kty': 'OKP', 'crv': 'Ed25519', 'x': '11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo'}]}"
                        + "| .keys[0].kty: \"OKP\" (legal: RSA, EC; OKP is not supported by this version)",
                "{'keys': [{'kty': 'oct', 'k': 'AAAA'}]} | .keys[0].kty: \"oct\" (legal: RSA, EC; oct is shared",
                "{'keys': [{}]} | .keys[0].kty: nothing (legal: RSA, EC)",
                "{'keys': [{'kty': 'ec'}]} | .keys[0].kty: \"ec\" (legal: RSA, EC)",
                "{'keys': [true]} | .keys[0]: true (legal: an object)",
                "{'keys': true} | .keys: true (legal: an array of public keys)",
                "{} | .keys: nothing (legal: an array of public keys)",
            })
    void keys_of_other_types_are_refused_in_code_as_in_a_document(String keys, String problem) {
        String json = keys.replace('\'', '"');
        String document = Fixtures.document(
                "'jwtProviders': {'corp': {'issuer': 'https://corp', 'jwks': " + keys + "}}, 'services': {}");

        assertThatThrownBy(() -> PolicyDocument.of(withKeys(json)))
                .isInstanceOf(PolicyException.class)
                .hasMessageContaining("jwtProviders.corp.jwks" + problem);
        assertThatThrownBy(() -> PolicyCodec.readStrict(Fixtures.utf8(document)))
                .isInstanceOf(PolicyException.class)
                .hasMessageContaining("jwtProviders.corp.jwks" + problem);
    }

    @ParameterizedTest
    @CsvSource({"PT0S, 0s", "PT-5S, PT-5S"})
    void a_duration_in_code_is_shown_as_a_document_states_it(Duration duration, String shown) {
        JwtProvider provider = JwtProvider.builder()
                .issuer("https://corp")
                .jwksUri("https://corp/keys")
                .cacheDuration(duration)
                .build();
        MeshPolicy policy = MeshPolicy.builder()
                .metadata(Metadata.builder().mesh("shop").build())
                .jwtProviders(Map.of("corp", provider))
                .build();

        assertThatThrownBy(() -> PolicyDocument.of(policy))
                .isInstanceOf(PolicyException.class)
                .hasMessageContaining("jwtProviders.corp.cacheDuration: \"" + shown + "\" (legal: a duration above 0");
    }

    @Test
    void keys_in_code_are_held_to_what_those_of_a_document_are() {
        for (String none : List.of("", " ", "{\"keys\": []}")) {
            assertThatThrownBy(() -> PolicyDocument.of(withKeys(none)))
                    .isInstanceOf(PolicyException.class)
                    .hasMessageContaining(
                            "jwtProviders.corp.jwks.keys: 0 keys (legal: an array of 1 to 100 public keys)");
        }
    }

    private static MeshPolicy with(Service orders) {
        return MeshPolicy.builder()
                .metadata(Metadata.builder().mesh("shop").build())
                .service("orders", orders)
                .service("good", Service.builder().hosts("good").build())
                .build();
    }

    /** The problems of the service orders; the other service is accepted. */
    private static List<String> problems(MeshPolicy policy) throws PolicyException {
        PolicyDocument document = PolicyDocument.of(policy);
        assertThat(document.policy().services()).containsOnlyKeys("good");
        return Objects.requireNonNull(document.refused().get("orders")).problems().stream()
                .map(PolicyProblem::toString)
                .toList();
    }

    private static Service calling(Match match, BackendRef ref) {
        return Service.builder()
                .hosts("orders")
                .rules(List.of(Rule.builder()
                        .matches(List.of(match))
                        .backendRefs(List.of(ref))
                        .build()))
                .build();
    }

    @Test
    @SuppressWarnings("NullAway") // what a caller without null checks can do
    void a_null_refuses_its_service_alone_and_has_a_path() throws Exception {
        Match match = new Match(
                new PathMatch(null, "/"),
                null,
                List.of(new ValueMatch(null, ValueMatch.Type.EXACT, null)),
                List.of(new ValueMatch("q", null, null)));

        assertThat(problems(with(calling(match, new BackendRef(null, null, 1)))))
                .containsExactly(
                        "services.orders.rules[0].matches[0].path.type: nothing"
                                + " (legal: Exact, PathPrefix, RegularExpression)",
                        "services.orders.rules[0].matches[0].headers[0].name: nothing (legal: the name of a header (RFC 9110))",
                        "services.orders.rules[0].matches[0].headers[0].value: nothing (legal: a string of 0 to 4096 characters)",
                        "services.orders.rules[0].matches[0].queryParams[0].type: nothing (legal: Exact, RegularExpression)",
                        "services.orders.rules[0].matches[0].queryParams[0].value: nothing (legal: a string of 0 to 4096 characters)",
                        "services.orders.rules[0].backendRefs[0].name: nothing (legal: a string of 1 to 1024 characters)");
    }

    @Test
    @SuppressWarnings("NullAway")
    void a_null_in_a_list_or_map_is_named_at_once() {
        for (ThrowingCallable nullInside : List.<ThrowingCallable>of(
                () -> Service.builder().hosts("orders", null),
                () -> Endpoint.builder()
                        .labels(Collections.singletonMap("version", null))
                        .build(),
                () -> MeshPolicy.builder()
                        .services(Collections.singletonMap("orders", null))
                        .build(),
                () -> RetryPolicy.builder().codes(Collections.singleton(null)).build())) {
            assertThatThrownBy(nullInside)
                    .isInstanceOf(NullPointerException.class)
                    .hasMessageMatching("\\w+ with null in it, .*null.*, must not be passed: leave out what is null");
        }
    }

    private static Service accepting(JwtProvider provider) {
        RequestAuthentication tokens = new RequestAuthentication(Map.of("corp", provider), false);
        return Service.builder()
                .hosts("orders")
                .backend(BackendSettings.builder()
                        .access(new Access(null, tokens, null))
                        .build())
                .build();
    }

    /** A service has a copy of each provider, and that copy is in force. */
    @Test
    void the_token_issuers_of_a_service_are_checked_as_those_of_the_document() throws Exception {
        JwtProvider good = JwtProvider.builder()
                .issuer("https://corp")
                .jwksUri("https://corp/keys")
                .build();
        JwtProvider other = good.toBuilder().jwksUri("https://other/keys").build();
        JwtProvider evil = good.toBuilder().issuer("").jwksUri("http://evil/").build();
        MeshPolicy head = with(accepting(evil)).toBuilder()
                .jwtProviders(Map.of("corp", good))
                .build();

        assertThat(problems(head))
                .containsExactly(
                        "services.orders.requestAuthentication.provider.issuer: \"\""
                                + " (legal: a string of 1 to 1024 characters)",
                        "services.orders.requestAuthentication.provider.jwksUri: \"http://evil/\""
                                + " (legal: an https: URI, or an http: one of this very host (localhost))");
        assertThat(PolicyDocument.of(head.toBuilder()
                                .service("orders", accepting(other))
                                .build())
                        .refused())
                .isEmpty();
        assertThatThrownBy(() -> PolicyDocument.of(
                        head.toBuilder().defaults(accepting(evil).settings()).build()))
                .hasMessageContaining("defaults.requestAuthentication.provider.jwksUri: \"http://evil/\"");
    }

    @ParameterizedTest
    @CsvSource({"PT0.0005S", "PT0.0015S", "PT0.2505S", "PT9999999H"})
    void a_duration_that_no_document_can_state_is_refused_with_its_path(Duration duration) throws Exception {
        Settings settings = new Settings(
                RouteSettings.builder()
                        .timeouts(new Timeouts(duration, null))
                        .hedge(HedgePolicy.builder().delay(duration).build())
                        .build(),
                BackendSettings.builder()
                        .loadBalancer(LoadBalancer.of(LoadBalancer.Simple.WEIGHTED_LOAD).toBuilder()
                                .weightedLoad(WeightedLoad.builder()
                                        .weightUpdatePeriod(duration.plusMillis(100))
                                        .build())
                                .build())
                        .rateLimit(new RateLimitPolicy(1, Duration.ofNanos(1_500_000)))
                        .build());

        assertThat(problems(with(
                        Service.builder().hosts("orders").settings(settings).build())))
                .hasSize(4)
                .allSatisfy(p ->
                        assertThat(p).contains("(legal: a duration such as \"1m30s\" or \"250ms\": 1 to 4 numbers"))
                .anySatisfy(p -> assertThat(p).startsWith("services.orders.timeouts.request: \"" + duration + "\""))
                .anySatisfy(
                        p -> assertThat(p).startsWith("services.orders.loadBalancer.weightedLoad.weightUpdatePeriod"))
                .anySatisfy(
                        p -> assertThat(p).startsWith("services.orders.rateLimit.limitRefreshPeriod: \"PT0.0015S\""));
    }

    @Test
    void a_service_is_listed_or_removed_and_not_both() throws Exception {
        MeshPolicy both = with(Service.builder().hosts("orders").build()).toBuilder()
                .removed(List.of("orders"))
                .build();

        assertThat(problems(both))
                .containsExactly(
                        "services.orders: a service, and removed (legal: each name once among services and removed)");
        assertThat(PolicyDocument.of(both).policy().removed()).isEmpty();
    }

    @Test
    void a_service_that_is_removed_twice_is_removed() throws Exception {
        MeshPolicy twice = with(Service.builder().hosts("orders").build()).toBuilder()
                .removed(List.of("old", "old"))
                .build();

        assertThat(PolicyDocument.of(twice).refused()).isEmpty();
        assertThat(PolicyDocument.of(twice).policy().removed()).containsExactly("old");
    }

    @Test
    void a_subset_without_a_name_beside_a_rule_that_names_another_refuses_its_service() throws Exception {
        MeshPolicy policy = with(Service.builder()
                .hosts("orders")
                .subsets(List.of(subset(null), subset("v1")))
                .rules(List.of(Rule.builder()
                        .backendRefs(List.of(new BackendRef("orders", "v2", 1)))
                        .build()))
                .build());

        assertThat(problems(policy))
                .anySatisfy(p -> assertThat(p).startsWith("services.orders.subsets[0].name: nothing"))
                .anySatisfy(p -> assertThat(p).contains("backendRefs[0].subset: \"v2\""));
    }

    @SuppressWarnings("NullAway") // as a program without null checks does
    private static Subset subset(@Nullable String name) {
        return new Subset(name, Map.of(), Settings.NONE);
    }
}
