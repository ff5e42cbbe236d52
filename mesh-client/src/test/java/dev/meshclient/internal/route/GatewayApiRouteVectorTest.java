package dev.meshclient.internal.route;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.dataformat.yaml.YAMLFactory;
import dev.meshclient.Documents;
import dev.meshclient.NoRoute;
import dev.meshclient.internal.call.CallLayer;
import dev.meshclient.internal.call.Calls;
import dev.meshclient.internal.call.Revision;
import dev.meshclient.internal.time.StepTime;
import dev.meshclient.policy.PolicyException;
import dev.meshclient.policy.Rule;
import dev.meshclient.policy.Service;
import dev.meshclient.policy.json.PolicyCodec;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import java.util.stream.Stream;
import okhttp3.Request;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;

/**
 * The requests and HTTPRoutes of the mesh profile of Gateway API's conformance suite. An HTTPRoute's rules are read as a
 * policy's, but for ports, which a backend of ours does not have. Rules with filters are refused in this version: their cases
 * must be refused by name, for a filter that is ignored sends other requests than were meant.
 */
class GatewayApiRouteVectorTest {
    private static final Map<String, String> OUT_OF_SCOPE = Map.of(
            "MeshHTTPRoute303Redirect", "RequestRedirect",
            "MeshHTTPRoute307Redirect", "RequestRedirect",
            "MeshHTTPRoute308Redirect", "RequestRedirect",
            "MeshHTTPRouteRedirectHostAndStatus", "RequestRedirect",
            "MeshHTTPRouteRedirectPath", "RequestRedirect",
            "MeshHTTPRouteRedirectPort", "RequestRedirect",
            "MeshHTTPRouteSchemeRedirect", "RequestRedirect",
            "MeshHTTPRouteRequestHeaderModifier", "RequestHeaderModifier",
            "MeshHTTPRouteRewritePath", "URLRewrite");

    private final ObjectMapper json = new ObjectMapper();
    private final ObjectMapper yaml = new ObjectMapper(new YAMLFactory());

    @TestFactory
    Stream<DynamicTest> cases() throws IOException {
        String folder = System.getProperty("mesh.vectors");
        assumeTrue(folder != null, "outside vectors are read with -Dmesh.vectors=FOLDER");
        Path root = Path.of(folder, "gateway-api-mesh");
        List<DynamicTest> tests = new ArrayList<>();
        int refused = 0;
        for (JsonNode file :
                json.readTree(root.resolve("httproute-cases.json").toFile()).get("files")) {
            String name = file.get("ShortName").asText();
            Path manifest = Path.of(file.get("Manifests").get(0).asText()).getFileName();
            JsonNode route =
                    yaml.readTree(root.resolve("tests").resolve(manifest).toFile());
            byte[] document = document(route.get("spec").get("rules"));
            String filter = OUT_OF_SCOPE.get(name);
            for (JsonNode vector : file.get("cases")) {
                String request = vector.get("Request").toString();
                refused += filter == null ? 0 : 1;
                tests.add(
                        filter == null
                                ? DynamicTest.dynamicTest(name + " " + request, () -> decide(document, vector))
                                : DynamicTest.dynamicTest(
                                        name + " " + request + " is refused: " + filter,
                                        () -> assertRefused(document, route.toString(), filter)));
            }
        }
        assertThat(tests).hasSize(60);
        assertThat(refused).isEqualTo(32);
        return tests.stream();
    }

    private byte[] document(JsonNode rules) throws IOException {
        for (JsonNode rule : rules) {
            rule.path("backendRefs").forEach(ref -> ((ObjectNode) ref).remove("port"));
        }
        ObjectNode document = (ObjectNode) json.readTree(Documents.mesh("vectors")
                .services(service("echo"), service("echo-v1"), service("echo-v2"))
                .json());
        ((ObjectNode) document.get("services").get("echo")).set("rules", rules);
        return json.writeValueAsBytes(document);
    }

    private static Documents.Service service(String name) {
        return Documents.service(name).endpoints(List.of());
    }

    private static void assertRefused(byte[] document, String route, String filter) {
        assertThat(route).contains(filter);
        assertThatThrownBy(() -> PolicyCodec.readStrict(document))
                .isInstanceOfSatisfying(PolicyException.class, e -> assertThat(e.problems())
                        .anySatisfy(p -> assertThat(p.path()).endsWith("filters")));
    }

    private static void decide(byte[] document, JsonNode vector) throws IOException {
        Map<String, Integer> taken = new TreeMap<>();
        List<Route.Rule> rules = new ArrayList<>();
        Service echo = Objects.requireNonNull(
                PolicyCodec.read(document).policy().services().get("echo"));
        for (Rule rule : echo.rules()) {
            List<Route.WeightedBackend> branches = rule.backendRefs().stream()
                    .map(ref -> Routes.branch(ref.name(), ref.weight(), call -> {
                        taken.merge(ref.name(), 1, Integer::sum);
                        return Calls.respond(call.beginAttempt(), 200);
                    }))
                    .toList();
            rules.add(new Route.Rule(String.valueOf(rule.name()), rule.matches(), branches));
        }
        StepTime time = new StepTime();
        CallLayer route = Route.create(time, new Revision("no version"), "echo", rules);
        Request.Builder request = new Request.Builder()
                .url("http://echo" + vector.get("Request").get("Path").asText());
        vector.get("Request")
                .path("Headers")
                .properties()
                .forEach(h -> request.header(h.getKey(), h.getValue().asText()));
        boolean notFound = vector.path("Response").path("StatusCode").asInt() == 404;
        int calls = vector.has("Backend") || notFound ? 1 : 500;
        try {
            for (int i = 0; i < calls; i++) {
                Calls.call(time, request.build()).run(route);
            }
            assertThat(notFound).isFalse();
        } catch (NoRoute e) {
            assertThat(notFound).isTrue();
            return;
        }
        if (vector.has("Backend")) {
            assertThat(taken).containsOnlyKeys(vector.get("Backend").asText());
        } else { // the suite's own: 70 to 30 within 5 % of 500 requests
            assertThat(taken.get("echo-v1")).isCloseTo(350, within(25));
        }
    }
}
