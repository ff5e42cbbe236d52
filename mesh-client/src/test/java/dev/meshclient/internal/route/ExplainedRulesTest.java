package dev.meshclient.internal.route;

import static org.assertj.core.api.Assertions.assertThat;

import dev.meshclient.Documents;
import dev.meshclient.Explanation;
import dev.meshclient.Explanation.Rule.State;
import dev.meshclient.test.TestMesh;
import java.util.List;
import java.util.Objects;
import okhttp3.Request;
import org.junit.jupiter.api.Test;

/** An explanation states of each match whether it decides, and of each backend its share. */
class ExplainedRulesTest {
    private static final String RULES = "'subsets': [{'name': 'v1', 'labels': {'v': '1'}}], 'rules': ["
            + "{'name': 'items', 'matches': [{'path': {'type': 'PathPrefix', 'value': '/a'}},"
            + " {'path': {'type': 'PathPrefix', 'value': '/a/b'}}], 'backendRefs': [{'name': 'orders', 'weight': 3},"
            + " {'name': 'orders', 'subset': 'v1', 'weight': 0}]},"
            + "{'name': 'rest', 'backendRefs': [{'name': 'orders'}]}]";

    private static TestMesh mesh() {
        return TestMesh.of(
                Documents.mesh("m")
                        .services(Documents.service("orders")
                                .endpoint("10.0.0.1", 80, "'labels': {'v': '1'}")
                                .with(RULES))
                        .json(),
                builder -> builder);
    }

    private static List<State> states(TestMesh mesh, String path) {
        return mesh
                .mesh()
                .explain(new Request.Builder().url("http://orders" + path).build())
                .rules()
                .stream()
                .map(Explanation.Rule::state)
                .toList();
    }

    @Test
    void the_first_match_decides_and_a_match_after_it_is_later() {
        try (TestMesh mesh = mesh()) {
            assertThat(states(mesh, "/a/b/c")).containsExactly(State.MATCHES, State.LATER, State.LATER);
            assertThat(states(mesh, "/a/c")).containsExactly(State.DIFFERS, State.MATCHES, State.LATER);
            assertThat(states(mesh, "/c")).containsExactly(State.DIFFERS, State.DIFFERS, State.MATCHES);
        }
    }

    @Test
    void a_backend_of_weight_0_has_no_share_and_no_layers_below() {
        try (TestMesh mesh = mesh()) {
            Explanation explanation = mesh.mesh()
                    .explain(new Request.Builder().url("http://orders/a").build());
            List<Explanation.Backend> backends =
                    Objects.requireNonNull(explanation.rule()).backends();
            assertThat(backends).extracting(Explanation.Backend::share).containsExactly(1.0, 0.0);
            assertThat(backends.get(0).endpoints()).hasSize(1);
            assertThat(backends.get(1).endpoints()).isEmpty();
        }
    }

    @Test
    void without_a_request_the_backends_of_a_rule_are_shown_once() {
        try (TestMesh mesh = mesh()) {
            Explanation service = Objects.requireNonNull(
                    Objects.requireNonNull(mesh.mesh().status().service("orders"))
                            .effective());
            assertThat(service.rules())
                    .extracting(rule -> rule.backends().size())
                    .containsExactly(2, 0, 1);
        }
    }
}
