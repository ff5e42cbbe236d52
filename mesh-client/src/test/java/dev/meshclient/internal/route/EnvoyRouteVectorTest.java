package dev.meshclient.internal.route;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.fasterxml.jackson.core.json.JsonReadFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.dataformat.yaml.YAMLFactory;
import dev.meshclient.internal.call.CallLayer;
import dev.meshclient.internal.call.Calls;
import dev.meshclient.internal.call.Revision;
import dev.meshclient.internal.time.StepTime;
import dev.meshclient.policy.Match;
import dev.meshclient.policy.PathMatch;
import dev.meshclient.policy.ValueMatch;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import java.util.stream.Stream;
import okhttp3.Request;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;

/**
 * Envoy's own route checks, as far as they say which cluster a request goes to by path, header or weight. Envoy takes the first
 * route that matches and its prefixes are of characters; ours are ordered by Gateway API and by element, which decides none of
 * these cases otherwise. A weighted route is checked by its shares: a draw of ours is not a random value of Envoy's.
 */
class EnvoyRouteVectorTest {
    private static final Map<String, String> FILES_OUT_OF_SCOPE = Map.of(
            "ClusterHeader", "the cluster is named by a header of the request",
            "DirectResponse", "direct responses",
            "DynamicMetadata", "metadata of Envoy's filters",
            "Redirect", "redirects",
            "Redirect2", "redirects",
            "Redirect3", "redirects",
            "Redirect4", "redirects",
            "Runtime", "Envoy's runtime fractions",
            "TestRoutesFailures", "wrong expectations about response headers");
    private static final Map<String, String> CASES_OUT_OF_SCOPE = Map.of(
            "HeaderMatchedRouting Test_8", "the grpc matcher",
            "HeaderMatchedRouting Test_9", "the grpc matcher");

    private final ObjectMapper json =
            JsonMapper.builder().enable(JsonReadFeature.ALLOW_TRAILING_COMMA).build();
    private final ObjectMapper yaml = new ObjectMapper(new YAMLFactory());

    @TestFactory
    Stream<DynamicTest> checks() throws IOException {
        String folder = System.getProperty("mesh.vectors");
        assumeTrue(folder != null, "outside vectors are read with -Dmesh.vectors=FOLDER");
        Path root = Path.of(folder, "envoy-routes", "router_check");
        List<DynamicTest> decided = new ArrayList<>();
        Map<String, String> outOfScope = new TreeMap<>();
        List<Path> files;
        try (Stream<Path> all = Files.list(root)) {
            files = all.filter(f -> f.toString().endsWith(".golden.proto.json"))
                    .sorted()
                    .toList();
        }
        for (Path file : files) {
            String name = file.getFileName().toString().replace(".golden.proto.json", "");
            for (JsonNode check : json.readTree(file.toFile()).get("tests")) {
                String id = name + " " + check.get("test_name").asText();
                String reason = outOfScope(name, id, check.get("validate"));
                if (reason != null) {
                    outOfScope.put(id, reason);
                } else {
                    JsonNode config = yaml.readTree(root.resolve(name + ".yaml").toFile());
                    decided.add(DynamicTest.dynamicTest(id, () -> decide(config, check)));
                }
            }
        }
        assertThat(outOfScope).hasSize(75);
        assertThat(decided).hasSize(28);
        return decided.stream();
    }

    private static @Nullable String outOfScope(String file, String id, JsonNode validate) {
        String reason = FILES_OUT_OF_SCOPE.getOrDefault(file, CASES_OUT_OF_SCOPE.get(id));
        return reason == null && validate.path("cluster_name").asText().isEmpty()
                ? "only of a rewrite, a redirect, headers or a virtual cluster: " + validate
                : reason;
    }

    private static void decide(JsonNode config, JsonNode check) throws IOException {
        JsonNode input = check.get("input");
        Map<String, Integer> taken = new TreeMap<>();
        Map<String, Double> shares = new TreeMap<>();
        List<Route.Rule> rules = new ArrayList<>();
        for (JsonNode route : host(config, input.get("authority").asText()).get("routes")) {
            if (route.has("route") && !route.get("match").has("grpc")) {
                List<Route.WeightedBackend> branches = new ArrayList<>();
                clusters(route.get("route")).forEach((cluster, weight) -> {
                    shares.put(cluster, weight / 100.0);
                    branches.add(Routes.branch(cluster, weight, call -> {
                        taken.merge(cluster, 1, Integer::sum);
                        return Calls.respond(call.beginAttempt(), 200);
                    }));
                });
                rules.add(new Route.Rule("#" + rules.size(), List.of(match(route.get("match"))), branches));
            }
        }
        StepTime time = new StepTime();
        CallLayer layer = Route.create(time, new Revision("no version"), "envoy", rules);
        Request.Builder request = new Request.Builder()
                .url("http://" + input.get("authority").asText()
                        + input.get("path").asText());
        input.path("additional_request_headers")
                .forEach(h ->
                        request.addHeader(h.get("key").asText(), h.get("value").asText()));
        for (int i = 0; i < 1000; i++) {
            Calls.call(time, request.build()).run(layer);
        }
        String cluster = check.get("validate").get("cluster_name").asText();
        int expected = (int) Math.round(1000 * shares.getOrDefault(cluster, 0.0));
        assertThat(taken).containsKey(cluster);
        assertThat(taken.get(cluster)).isCloseTo(expected, within(expected == 1000 ? 0 : 75));
    }

    private static JsonNode host(JsonNode config, String authority) {
        JsonNode any = null;
        for (JsonNode host : config.get("virtual_hosts")) {
            for (JsonNode domain : host.get("domains")) {
                if (domain.asText().equals(authority)) {
                    return host;
                }
                any = domain.asText().equals("*") ? host : any;
            }
        }
        return Objects.requireNonNull(any, authority);
    }

    private static Map<String, Integer> clusters(JsonNode route) {
        if (route.has("cluster")) {
            return Map.of(route.get("cluster").asText(), 100);
        }
        Map<String, Integer> clusters = new TreeMap<>();
        for (JsonNode cluster : route.get("weighted_clusters").get("clusters")) {
            clusters.put(cluster.get("name").asText(), cluster.get("weight").asInt());
        }
        return clusters;
    }

    private static Match match(JsonNode match) {
        PathMatch path = match.has("path")
                ? new PathMatch(PathMatch.Type.EXACT, match.get("path").asText())
                : new PathMatch(PathMatch.Type.PATH_PREFIX, match.get("prefix").asText());
        List<ValueMatch> headers = new ArrayList<>();
        for (JsonNode header : match.path("headers")) {
            String name = header.get("name").asText();
            JsonNode string = header.path("string_match");
            headers.add(
                    string.has("exact")
                            ? Routes.exact(name, string.get("exact").asText())
                            : Routes.regex(
                                    name,
                                    string.path("safe_regex").path("regex").asText(".*")));
        }
        return new Match(path, null, headers, List.of());
    }
}
