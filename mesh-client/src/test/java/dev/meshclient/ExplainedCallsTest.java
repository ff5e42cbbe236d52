package dev.meshclient;

import static org.assertj.core.api.Assertions.assertThat;

import dev.meshclient.registry.PolicySource;
import dev.meshclient.test.FakeAnswer;
import dev.meshclient.test.TestMesh;
import java.io.IOException;
import java.net.UnknownHostException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import okhttp3.OkHttpClient;
import okhttp3.Request;
import okhttp3.Response;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** The next call does as its explanation states: random documents, requests, failures and pauses. */
class ExplainedCallsTest {
    private static final int DOCUMENTS = 1000;
    private static final int DOCUMENTS_OF_A_MESH = 20;
    private static final long SEED = 20261128;

    /** Their shadows act on outcomes, which no explanation knows before. */
    private static final Set<String> OF_OUTCOME = Set.of("retryConstraint", "outlierDetection", "retry", "timeouts");

    private final Map<Explanation.Result, Integer> seen = new EnumMap<>(Explanation.Result.class);
    private final Map<String, Integer> refusals = new TreeMap<>();
    private final Map<String, Integer> states = new TreeMap<>();
    private final Map<String, Integer> shadows = new TreeMap<>();

    @Test
    void the_next_call_does_what_an_explanation_states() throws Exception {
        OkHttpClient plain = new OkHttpClient.Builder()
                .dns(host -> {
                    throw new UnknownHostException("outside of the mesh");
                })
                .build();
        for (int i = 0; i < DOCUMENTS; i += DOCUMENTS_OF_A_MESH) {
            Random random = new Random(SEED + i);
            RandomDocuments documents = new RandomDocuments(random);
            String first = documents.document(i + 1);
            try (TestMesh mesh = TestMesh.of(PolicySource.lenient(first), builder -> builder.workload(
                            Workload.of("checkout").zone("r1/a"))
                    .claim("claimed")
                    .token("known", () -> "secret")
                    .initialFetchTimeout(Duration.ofSeconds(1)))) {
                OkHttpClient client = mesh.mesh().wrap(plain);
                compareRounds(mesh, client, documents, random, first);
                for (int next = i + 1; next < i + DOCUMENTS_OF_A_MESH; next++) {
                    String document = documents.document(next + 1);
                    mesh.update(document);
                    compareRounds(mesh, client, documents, random, document);
                }
            }
        }
        assertThat(seen).containsKeys(Explanation.Result.values());
        assertThat(refusals)
                .containsKeys(
                        "AccessDenied",
                        "NoHealthyEndpoint",
                        "NoRoute",
                        "Overloaded",
                        "PolicyUnavailable",
                        "TokenUnavailable");
        assertThat(states)
                .containsKeys("usable", "ejected", "slow-start", "degraded", "draining", "unhealthy", "unused");
        assertThat(shadows)
                .containsOnlyKeys(
                        "authorization would allow the call",
                        "authorization would deny the call",
                        "limits would refuse the call",
                        "outlierDetection would eject the endpoint",
                        "retry would not retry the attempt",
                        "retryConstraint would refuse the retry");
    }

    private void compareRounds(
            TestMesh mesh, OkHttpClient client, RandomDocuments documents, Random random, String document) {
        for (int round = 0; round < 2; round++) {
            script(mesh, random);
            for (int calls = random.nextInt(6); calls > 0; calls--) {
                try (Response response = client.newCall(documents.request()).execute()) {
                    assertThat(response.code()).isPositive();
                } catch (IOException e) {
                    assertThat(e).hasMessageMatching("(?s).+");
                }
            }
            mesh.advance(Duration.ofSeconds(random.nextInt(45)));
            compare(mesh, client, documents.request(), document);
        }
    }

    private static void script(TestMesh mesh, Random random) {
        mesh.mesh().status().services().forEach((name, service) -> service.endpoints()
                .forEach(endpoint -> {
                    boolean fails = random.nextInt(3) == 0;
                    mesh.service(name)
                            .endpointAnswers(endpoint.address(), fails ? FakeAnswer.status(503) : FakeAnswer.ok("7"));
                }));
    }

    private void compare(TestMesh mesh, OkHttpClient client, Request request, String document) {
        Explanation explained = mesh.mesh().explain(request);
        String both = explained + "\n" + document;
        seen.merge(explained.result(), 1, Integer::sum);
        if (explained.service().isEmpty()) {
            assertThat(explained.policy()).as(both).isEqualTo(mesh.mesh().policyRevision());
        }
        Decision decision;
        @Nullable IOException failure = null;
        try (Response response = client.newCall(request).execute()) {
            decision = Mesh.decision(response);
        } catch (IOException e) {
            failure = e;
            decision = Mesh.decision(e);
        }
        switch (explained.result()) {
            case OUTSIDE -> assertThat(failure).as(both).hasMessage("outside of the mesh");
            case WAITS -> assertThat(failure).as(both).isInstanceOf(PolicyUnavailable.class);
            case REFUSED -> {
                if (explained.rule() == null) {
                    assertRefused(explained.refusal(), failure, both);
                } else {
                    assertSent(explained, decision, failure, both);
                }
            }
            case SENT -> assertSent(explained, decision, failure, both);
        }
    }

    private void assertRefused(Explanation.@Nullable Refusal refusal, @Nullable IOException failure, String both) {
        Objects.requireNonNull(refusal);
        Objects.requireNonNull(failure, both);
        assertThat(failure).as(both).isInstanceOf(MeshRefusal.class);
        assertThat(failure.getClass().getSimpleName() + " " + ((MeshRefusal) failure).reason() + " "
                        + failure.getMessage())
                .as(both)
                .isEqualTo(refusal.exception() + " " + refusal.reason() + " " + refusal.message());
        refusals.merge(refusal.exception(), 1, Integer::sum);
    }

    private void assertSent(Explanation explained, Decision decision, @Nullable IOException failure, String both) {
        assertThat(decision.service()).as(both).isEqualTo(explained.service());
        assertThat(decision.policy()).as(both).isEqualTo(explained.policy());
        Explanation.Rule rule = Objects.requireNonNull(explained.rule());
        assertThat(decision.rule()).as(both).isEqualTo(rule.name());
        List<Explanation.Backend> drawn = rule.backends().stream()
                .filter(b -> b.share() > 0 && b.name().equals(decision.backend()))
                .toList();
        assertThat(drawn).as("backend %s: %s", decision.backend(), both).isNotEmpty();
        Explanation.Backend backend = drawn.get(0);
        List<String> shadow = new ArrayList<>(decision.shadow());
        List<String> ofOutcomes = shadow.stream()
                .filter(would -> OF_OUTCOME.contains(section(would)))
                .toList();
        shadow.removeAll(ofOutcomes);
        boolean isDenied = failure instanceof AccessDenied; // before it comes to the limit
        assertThat(backend.remarks().stream()
                        .filter(remark -> remark.matches("authorization would .*")
                                || (remark.matches("limits would .*") && !isDenied)))
                .as(both)
                .containsExactlyElementsOf(shadow);
        decision.shadow().forEach(would -> shadows.merge(would.substring(0, would.indexOf(':')), 1, Integer::sum));
        ofOutcomes.forEach(would -> assertThat(backend.settings())
                .as("%s: %s", would, both)
                .anyMatch(setting -> isShadow(setting, section(would))));
        if (backend.refusal() != null) {
            assertRefused(backend.refusal(), failure, both);
            return;
        }
        String first = decision.attempts().get(0).endpoint();
        if (failure instanceof MeshRefusal && decision.attempts().size() == 1) { // some endpoints refuse, others do not
            String message = failure.getMessage();
            assertThat(backend.remarks()).as(both).anyMatch(remark -> remark.endsWith(": " + message));
        }
        backend.endpoints().forEach(e -> states.merge(e.state(), 1, Integer::sum));
        if (!backend.endpoints().isEmpty()) {
            assertThat(backend.endpoints().stream().filter(e -> e.share() > 0).map(Explanation.Endpoint::address))
                    .as("%s of %s: %s", first, backend.name(), both)
                    .contains(first);
            assertThat(backend.endpoints().stream()
                            .mapToDouble(Explanation.Endpoint::share)
                            .sum())
                    .as(both)
                    .isBetween(1 - 1e-9, 1 + 1e-9);
        } else {
            assertThat(first).as(both).isEmpty();
        }
    }

    private static String section(String would) {
        return would.substring(0, would.indexOf(' '));
    }

    private static boolean isShadow(Explanation.Setting setting, String section) {
        boolean itself =
                setting.name().equals(section + ".shadow") && setting.value().equals("true");
        return itself || setting.name().equals(section + " (shadow)");
    }
}
