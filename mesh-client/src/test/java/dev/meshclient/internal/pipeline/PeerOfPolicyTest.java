package dev.meshclient.internal.pipeline;

import static org.assertj.core.api.Assertions.assertThat;

import dev.meshclient.Workload;
import dev.meshclient.internal.call.Attempt;
import dev.meshclient.internal.call.Calls;
import dev.meshclient.internal.call.Wire;
import dev.meshclient.internal.endpoint.Backend;
import dev.meshclient.internal.endpoint.Endpoint;
import dev.meshclient.internal.time.StepTime;
import dev.meshclient.internal.tls.Peer;
import dev.meshclient.policy.json.PolicyCodec;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import okhttp3.Request;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The identity that an endpoint must prove: stated at one of four places, of which the nearest counts. */
class PeerOfPolicyTest {
    private static final String MESH = "'tls': {'mode': 'MESH_MUTUAL'}";
    private static final String NAMED =
            "'tls': {'mode': 'MESH_MUTUAL', 'subjectAltNames': ['spiffe://d/named', 'spiffe://d/too']}";
    private static final String SIMPLE = "'tls': {'mode': 'SIMPLE', 'subjectAltNames': ['a.example']}";
    private static final String PLAIN = "'tls': {'mode': 'DISABLE'}";

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            nullValues = "-",
            value = {
                "- | - | - | - | MESH_MUTUAL [spiffe://d/orders]",
                "ns/{service}/x | - | - | - | MESH_MUTUAL [spiffe://d/ns/orders/x]",
                "spiffe://e/{service} | - | - | - | MESH_MUTUAL [spiffe://e/orders]",
                "ns/{service} | of/service | - | - | MESH_MUTUAL [spiffe://d/of/service]",
                "ns/{service} | of/service | of/subset | - | MESH_MUTUAL [spiffe://d/of/subset]",
                "ns/{service} | of/service | of/subset | of/endpoint | MESH_MUTUAL [spiffe://d/of/endpoint]",
                "- | of/service | - | spiffe://e/of/endpoint | MESH_MUTUAL [spiffe://e/of/endpoint]"
            })
    void the_nearest_account_counts(String defaults, String service, String subset, String endpoint, String answering)
            throws Exception {
        assertThat(answering(account(defaults), account(service) + ", " + MESH, account(subset), account(endpoint)))
                .isEqualTo(answering);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            nullValues = "-",
            value = {
                "NAMED | - | - | MESH_MUTUAL [spiffe://d/named, spiffe://d/too]",
                "NAMED | - | mesh | MESH_MUTUAL [spiffe://d/named, spiffe://d/too]",
                "NAMED | - | disabled | DISABLE []",
                "NAMED | MESH | - | MESH_MUTUAL [spiffe://d/of/endpoint]",
                "NAMED | SIMPLE | - | SIMPLE [a.example]",
                "SIMPLE | NAMED | - | MESH_MUTUAL [spiffe://d/named, spiffe://d/too]",
                "SIMPLE | - | mesh | MESH_MUTUAL [spiffe://d/of/endpoint]",
                "SIMPLE | - | disabled | DISABLE []",
                "PLAIN | - | mesh | MESH_MUTUAL [spiffe://d/of/endpoint]",
                "PLAIN | - | - | DISABLE []"
            })
    void names_that_are_stated_stand_for_the_account_and_marks_for_the_mode(
            String ofService, String ofSubset, String mark, String answering) throws Exception {
        String marked = ", 'serviceAccount': 'of/endpoint'" + (mark == null ? "" : ", 'tlsMode': '" + mark + "'");

        assertThat(answering("", ", " + tls(ofService), ofSubset == null ? "" : ", " + tls(ofSubset), marked))
                .isEqualTo(answering);
    }

    private static String tls(String name) {
        return switch (name) {
            case "MESH" -> MESH;
            case "NAMED" -> NAMED;
            case "SIMPLE" -> SIMPLE;
            default -> PLAIN;
        };
    }

    private static String account(String stated) {
        return stated == null ? "" : ", 'serviceAccount': '" + stated + "'";
    }

    private static String answering(String defaults, String service, String subset, String endpoint) throws Exception {
        String document = """
                {'apiVersion': 'meshclient.dev/v1', 'kind': 'MeshPolicy', 'metadata': {'mesh': 'm'}, 'trustDomain': 'd',
                 'defaults': {'failoverMode': 'SPILL' DEFAULTS},
                 'services': {'orders': {'hosts': ['orders'] SERVICE,
                   'subsets': [{'name': 'v1', 'labels': {'v': '1'} SUBSET}],
                   'rules': [{'name': 'all', 'backendRefs': [{'name': 'orders', 'subset': 'v1'}]}],
                   'endpoints': [{'address': '10.0.0.1', 'port': 80, 'labels': {'v': '1'} ENDPOINT}]}}}
                """.replace(" DEFAULTS", defaults)
                .replace(" SERVICE", service)
                .replace(" SUBSET", subset)
                .replace(" ENDPOINT", endpoint)
                .replace('\'', '"');
        List<Peer> peers = new ArrayList<>();
        StepTime time = new StepTime();
        Wire recording = new Wire() {
            @Override
            public okhttp3.Response send(Attempt attempt) throws java.io.IOException {
                Backend backend =
                        Objects.requireNonNull(attempt.call().target()).backend();
                Endpoint chosen = Objects.requireNonNull(attempt.endpoint());
                peers.add(Peer.of(backend, chosen));
                return Calls.respond(attempt, 200);
            }
        };
        MeshState state = Compiled.state(
                PolicyCodec.readStrict(document.getBytes(StandardCharsets.UTF_8)),
                LocalWorkload.of(Workload.of("caller"), time),
                time);
        Request request = new Request.Builder().url("http://orders/").build();
        Calls.call(time, request, recording)
                .run(Objects.requireNonNull(state.find("orders", 80)).layers());

        assertThat(peers).hasSize(1);
        return peers.get(0).mode() + " " + peers.get(0).names();
    }
}
