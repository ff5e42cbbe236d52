package dev.meshclient.policy.json;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.meshclient.policy.Access;
import dev.meshclient.policy.AppProtocol;
import dev.meshclient.policy.BackendRef;
import dev.meshclient.policy.BackendSettings;
import dev.meshclient.policy.Cluster;
import dev.meshclient.policy.ConnectionTimeouts;
import dev.meshclient.policy.Endpoint;
import dev.meshclient.policy.Limits;
import dev.meshclient.policy.LoadBalancer;
import dev.meshclient.policy.Locality;
import dev.meshclient.policy.Match;
import dev.meshclient.policy.MeshPolicy;
import dev.meshclient.policy.Metadata;
import dev.meshclient.policy.OutboundTrafficPolicy;
import dev.meshclient.policy.OutlierDetection;
import dev.meshclient.policy.PathMatch;
import dev.meshclient.policy.PolicyDocument;
import dev.meshclient.policy.PolicyException;
import dev.meshclient.policy.PolicyProblem;
import dev.meshclient.policy.Resolution;
import dev.meshclient.policy.RetryConstraint;
import dev.meshclient.policy.RetryOn;
import dev.meshclient.policy.RetryPolicy;
import dev.meshclient.policy.RouteSettings;
import dev.meshclient.policy.Service;
import dev.meshclient.policy.Settings;
import dev.meshclient.policy.Timeouts;
import dev.meshclient.policy.Tls;
import dev.meshclient.policy.TrafficDistribution;
import dev.meshclient.policy.ValueMatch;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import org.junit.jupiter.api.Test;

class PolicyCodecTest {
    @Test
    void what_is_wrong_with_a_list_is_reported_as_it_is() throws Exception {
        byte[] bad = Fixtures.utf8(
                Fixtures.services(
                        "'orders': {'hosts': ['orders'], 'endpoints': [], 'localityLbSetting':"
                                + " {'failover': {'from': 'eu', 'to': 'us'}, 'distribute': [{'from': 'eu', 'to': {'eu': 0, 'us': 30}}]}}"));

        assertThat(PolicySchema.problems(bad))
                .extracting(p -> p.path() + ": " + p.value())
                .containsExactlyInAnyOrder(
                        "services.orders.localityLbSetting.failover: an object",
                        "services.orders.localityLbSetting.distribute[0].to.eu: 0");
    }

    @Test
    void reads_the_sample_field_by_field() throws Exception {
        PolicyDocument document = PolicyCodec.readStrict(Fixtures.sample());

        assertThat(document.unknownFields()).isEmpty();
        MeshPolicy policy = document.policy();
        assertThat(policy.metadata())
                .isEqualTo(new Metadata(
                        "shop", "2026-11", 1842L, Instant.parse("2026-11-22T18:00:00Z"), Duration.ofHours(24), null));
        assertThat(policy.trustDomain()).isEqualTo("shop.example");
        assertThat(policy.outboundTrafficPolicy()).isEqualTo(OutboundTrafficPolicy.ALLOW_ANY);
        assertThat(policy.clusters())
                .containsExactly(
                        Cluster.builder().name("west").build(),
                        Cluster.builder().name("east").priority(1).build());
        assertThat(policy.defaults())
                .isEqualTo(new Settings(
                        new RouteSettings(
                                new Timeouts(Duration.ofSeconds(5), Duration.ofSeconds(2)),
                                RetryPolicy.builder()
                                        .attempts(2)
                                        .codes(Set.of(502, 503, 504))
                                        .retryOn(List.of(
                                                RetryOn.CONNECT_FAILURE,
                                                RetryOn.REFUSED_STREAM,
                                                RetryOn.RESET_BEFORE_REQUEST))
                                        .backoff(Duration.ofMillis(25))
                                        .build(),
                                null),
                        new BackendSettings(
                                new ConnectionTimeouts(Duration.ofSeconds(1), Duration.ofMinutes(5)),
                                RetryConstraint.builder()
                                        .percent(20)
                                        .interval(Duration.ofSeconds(10))
                                        .minRetryCount(10)
                                        .minRetryInterval(Duration.ofSeconds(1))
                                        .build(),
                                Limits.builder().maxRequests(256L).build(),
                                null,
                                null,
                                OutlierDetection.NONE,
                                null,
                                LoadBalancer.DEFAULT,
                                TrafficDistribution.PREFER_SAME_ZONE,
                                null,
                                Tls.of(Tls.Mode.DISABLE),
                                null,
                                null,
                                Access.NONE)));
        assertThat(policy.services()).containsOnlyKeys("reviews", "reviews-shadow", "payments");
        assertThat(policy.removed()).containsExactly("legacy-search");
    }

    @Test
    void reads_a_service_of_the_sample_field_by_field() throws Exception {
        Service reviews = Objects.requireNonNull(
                PolicyCodec.read(Fixtures.sample()).policy().services().get("reviews"));

        assertThat(reviews.hosts()).containsExactly("reviews", "reviews.prod.svc.cluster.local:9080");
        assertThat(reviews.appProtocol()).isEqualTo(AppProtocol.HTTPS);
        assertThat(reviews.resolution()).isEqualTo(Resolution.STATIC);
        assertThat(reviews.endpoints()).hasSize(3);
        assertThat(reviews.endpoints().get(2))
                .isEqualTo(new Endpoint(
                        "10.9.0.5",
                        9080,
                        new Locality("eu-central-1", "eu-central-1a", ""),
                        "east",
                        100,
                        Endpoint.Health.DRAINING,
                        Map.of("version", "v2"),
                        null,
                        null));
        assertThat(reviews.subsets()).hasSize(2);
        assertThat(reviews.subsets().get(1).settings().backend().limits())
                .isEqualTo(Limits.builder().maxRequests(16L).build());
        assertThat(reviews.rules()).hasSize(3);
        assertThat(reviews.rules().get(0).matches())
                .containsExactly(new Match(
                        new PathMatch(PathMatch.Type.PATH_PREFIX, "/api"),
                        null,
                        List.of(new ValueMatch("end-user", ValueMatch.Type.EXACT, "jason")),
                        List.of()));
        assertThat(reviews.rules().get(2).backendRefs())
                .containsExactly(new BackendRef("reviews", "v1", 90), new BackendRef("reviews", "v2", 10));
        assertThat(reviews.settings().backend().tls())
                .isEqualTo(new Tls(Tls.Mode.SIMPLE, "reviews.prod", List.of(), null, null));
    }

    @Test
    void writes_a_document_that_reads_back_equal() throws Exception {
        MeshPolicy policy = PolicyCodec.read(Fixtures.sample()).policy();

        byte[] written = PolicyCodec.write(policy);

        assertThat(PolicyCodec.readStrict(written).policy()).isEqualTo(policy);
        assertThat(PolicyCodec.write(PolicyCodec.read(written).policy())).isEqualTo(written);
    }

    @Test
    void keeps_hosts_as_urls_have_them() throws Exception {
        Service orders = Objects.requireNonNull(PolicyCodec.read(
                        Fixtures.services("'orders': {'hosts': ['ORDERS:80', '[0:0::01]', '[::A:0:0:0]:443']}"))
                .policy()
                .services()
                .get("orders"));

        assertThat(orders.hosts()).containsExactly("orders:80", "[::1]", "[::a:0:0:0]:443");
    }

    @Test
    void collects_all_that_is_wrong() {
        PolicyException e = catchThrowableOfType(
                PolicyException.class,
                () -> PolicyCodec.readStrict(Fixtures.utf8(Fixtures.services(
                        "'a.b': {'hosts': ['A'], 'tls': {'mode': 'ON', 'x-y': 1}, 'retry': {'retryOn': ['internal']}},"
                                + "'c': {'hosts': ['a', 'http://c'], 'endpoints': [{'port': 80.5}]}"))));

        assertThat(e.problems()).extracting(PolicyProblem::toString).satisfies(lines -> assertThat(Fixtures.paths(e))
                .as("%s", lines)
                .containsExactly(
                        "services[\"a.b\"].hosts[0]",
                        "services[\"a.b\"].tls.mode",
                        "services[\"a.b\"].tls.x-y",
                        "services[\"a.b\"].retry.attempts",
                        "services[\"a.b\"].retry.retryOn[0]",
                        "services.c.hosts[0]",
                        "services.c.hosts[1]",
                        "services.c.endpoints[0].address",
                        "services.c.endpoints[0].port"));
        assertThat(e).hasMessageContaining("services.c.hosts[1]: \"http://c\" (legal: a DNS name or");
    }
}
