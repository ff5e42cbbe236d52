package dev.meshclient.internal.authz;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.dataformat.yaml.YAMLFactory;
import dev.meshclient.authz.InboundRequest.Attribute;
import dev.meshclient.internal.authz.Authorization.Answer;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/**
 * The policies of Istio's own tests: translated field by field, as a control plane does, and asked about requests made of their
 * values. What Envoy's RBAC filter would say, by the configuration that Istio makes of them, is what we must say. A policy for TCP
 * is one for a request of which nothing of HTTP is known.
 */
class IstioAuthzVectorTest {
    private static final int REQUESTS = 3_000;

    /** As Istio's tests have it, for the files that need it: one principal stands for those of all these. */
    private static final Map<String, List<String>> TRUST_DOMAINS = Map.of(
            "simple-policy-td-aliases", List.of("td1", "cluster.local"),
            "simple-policy-multiple-td-aliases", List.of("td1", "cluster.local", "some-td"));

    private static final Attribute[] OF_HTTP = {
        Attribute.METHOD, Attribute.PATH, Attribute.HOST, Attribute.HEADERS, Attribute.TOKEN, Attribute.REMOTE_IP
    };

    private final ObjectMapper yaml = new ObjectMapper(new YAMLFactory());

    @Test
    void every_policy_decides_as_istio_or_is_refused_by_name() throws IOException {
        String folder = System.getProperty("mesh.vectors");
        assumeTrue(folder != null, "outside vectors are read with -Dmesh.vectors=FOLDER");
        Path root = Path.of(folder, "istio-authz", "testdata");
        Map<String, String> refused = new TreeMap<>();
        int decided = 0;
        long allowed = 0;
        long asked = 0;
        for (Path file : inputs(root)) {
            String name = root.relativize(file).toString().replace("-in.yaml", "");
            ArrayNode policies = translated(name, file);
            String unsupported = unsupported(policies);
            if (unsupported != null) {
                refused.put(name, unsupported);
                String text = policies.toString();
                assertThatThrownBy(() -> Policies.read(text)).as(name).hasMessageContaining(unsupported);
            }
            if (policies.toString().contains("CUSTOM")) {
                continue;
            }
            withoutExperimental(policies);
            decided++;
            for (EnvoyRbac envoy : outputs(file)) {
                long agreed = compare(name, policies, envoy, name.startsWith("tcp"));
                allowed += agreed;
                asked += REQUESTS;
            }
        }
        System.out.printf(
                "istio-authz: %d policies decide as Envoy does (%d requests, %d allowed), %d refused by name: %s%n",
                decided, asked, allowed, refused.size(), refused);
        assertThat(decided
                        + (int) refused.values().stream()
                                .filter(r -> r.equals("CUSTOM"))
                                .count())
                .isEqualTo(27);
    }

    private static List<Path> inputs(Path root) throws IOException {
        try (Stream<Path> files = Files.walk(root)) {
            return files.filter(f -> f.toString().endsWith("-in.yaml")).sorted().toList();
        }
    }

    /** What Istio makes of it: one filter, or several in turn; the extended form says the same in another way. */
    private List<EnvoyRbac> outputs(Path input) throws IOException {
        String name = input.getFileName().toString().replace("-in.yaml", "");
        List<EnvoyRbac> result = new ArrayList<>();
        for (String form : List.of("", "extended-")) {
            List<JsonNode> filters = new ArrayList<>();
            for (String number : List.of("", "1", "2")) {
                Path file = input.resolveSibling(form + name + "-out" + number + ".yaml");
                if (Files.exists(file)) {
                    filters.add(yaml.readTree(file.toFile()));
                }
            }
            if (!filters.isEmpty()) {
                result.add(new EnvoyRbac(filters));
            }
        }
        assertThat(result).as(name).isNotEmpty();
        return result;
    }

    // ---- Istio's policy in our words

    private ArrayNode translated(String name, Path file) throws IOException {
        ArrayNode policies = yaml.createArrayNode();
        for (JsonNode istio : yaml.readerFor(JsonNode.class)
                .<JsonNode>readValues(file.toFile())
                .readAll()) {
            ObjectNode ours = policies.addObject();
            JsonNode metadata = istio.path("metadata");
            ours.put("name", metadata.path("name").asText() + "-" + policies.size());
            ours.put("action", istio.path("spec").path("action").asText("ALLOW"));
            if (metadata.path("annotations").path("istio.io/dry-run").asBoolean()) {
                ours.put("shadow", true);
            }
            JsonNode rules = istio.path("spec").path("rules");
            ours.set("rules", rules.isMissingNode() || rules.isNull() ? yaml.createArrayNode() : rules.deepCopy());
            qualify(ours.get("rules"), metadata.path("namespace").asText());
            aliases(ours.get("rules"), TRUST_DOMAINS.getOrDefault(name.replace("http/", ""), List.of()));
        }
        return policies;
    }

    /** Accounts without a namespace are of the policy's own; an empty rule may be written as nothing. */
    private void qualify(JsonNode rules, String namespace) {
        for (int i = 0; i < rules.size(); i++) {
            if (rules.get(i).isNull()) {
                ((ArrayNode) rules).set(i, yaml.createObjectNode());
            }
        }
        for (String field : List.of("serviceAccounts", "notServiceAccounts")) {
            for (JsonNode list : rules.findValues(field)) {
                ArrayNode accounts = (ArrayNode) list;
                for (int i = 0; i < accounts.size(); i++) {
                    String account = accounts.get(i).asText();
                    accounts.set(
                            i,
                            yaml.getNodeFactory()
                                    .textNode(account.contains("/") ? account : namespace + "/" + account));
                }
            }
        }
    }

    private static void aliases(JsonNode rules, List<String> domains) {
        for (JsonNode list : rules.findValues("principals")) {
            ArrayNode principals = (ArrayNode) list;
            for (JsonNode value : List.copyOf(texts(principals))) {
                String text = value.asText();
                int slash = text.indexOf('/');
                if (slash > 0 && domains.contains(text.substring(0, slash))) {
                    domains.forEach(domain -> principals.add(domain + text.substring(slash)));
                }
            }
        }
    }

    private static List<JsonNode> texts(JsonNode array) {
        List<JsonNode> texts = new ArrayList<>();
        array.forEach(texts::add);
        return texts;
    }

    private static @org.jspecify.annotations.Nullable String unsupported(ArrayNode policies) {
        String text = policies.toString();
        return text.contains("\"CUSTOM\"") ? "CUSTOM" : text.contains("experimental.") ? "experimental." : null;
    }

    private static void withoutExperimental(ArrayNode policies) {
        policies.findValues("when").forEach(when -> {
            for (int i = when.size() - 1; i >= 0; i--) {
                if (when.get(i).path("key").asText().startsWith("experimental.")) {
                    ((ArrayNode) when).remove(i);
                }
            }
        });
    }

    // ---- requests

    private static long compare(String name, ArrayNode policies, EnvoyRbac envoy, boolean tcp) {
        Authorization ours = Authorization.of(Policies.read(policies.toString()));
        SplittableRandom random = new SplittableRandom(name.hashCode());
        Map<String, List<String>> values = new HashMap<>();
        collect(policies, values);
        long allowed = 0;
        for (int i = 0; i < REQUESTS; i++) {
            FakeFacts request = request(values, new Draw(random, random.nextInt(8)));
            boolean expected = envoy.allows(request);
            FakeFacts seen = tcp ? request.copy().unknown(OF_HTTP) : request;
            assertThat(ours.decide(seen, seen).answer() == Answer.ALLOWED)
                    .as("%s allows %s", name, request)
                    .isEqualTo(expected);
            allowed += expected ? 1 : 0;
        }
        return allowed;
    }

    /** All values that stand in it, by field or key, without {@code not}. */
    private static void collect(JsonNode node, Map<String, List<String>> values) {
        if (node.has("key")) {
            String key = node.get("key").asText();
            for (String list : List.of("values", "notValues")) {
                node.path(list).forEach(v -> values.computeIfAbsent(key, k -> new ArrayList<>())
                        .add(v.asText()));
            }
            return;
        }
        node.properties().forEach(field -> {
            if (field.getValue().path(0).isTextual()) {
                String plain = field.getKey().startsWith("not")
                        ? Character.toLowerCase(field.getKey().charAt(3))
                                + field.getKey().substring(4)
                        : field.getKey();
                field.getValue().forEach(v -> values.computeIfAbsent(plain, k -> new ArrayList<>())
                        .add(v.asText()));
            }
            collect(field.getValue(), values);
        });
        if (node.isArray()) {
            node.forEach(item -> collect(item, values));
        }
    }

    /** Some requests have much of what policies ask for and some hardly anything, so that each value decides now and then. */
    private record Draw(SplittableRandom random, int missesInEight) {
        boolean misses() {
            return random.nextInt(8) < missesInEight;
        }

        int nextInt(int bound) {
            return random.nextInt(bound);
        }

        boolean nextBoolean() {
            return random.nextBoolean();
        }
    }

    private static String one(Map<String, List<String>> values, Draw random, String otherwise, String... of) {
        List<String> all = Stream.of(of)
                .map(values::get)
                .filter(v -> v != null)
                .flatMap(Collection::stream)
                .toList();
        if (all.isEmpty() || random.misses()) {
            return otherwise;
        }
        String value = all.get(random.nextInt(all.size()));
        String filling = random.nextBoolean() ? "zz" : "";
        return value.replace("{**}", random.nextBoolean() ? "p/q" : "p")
                .replace("{*}", random.nextBoolean() ? "one" : "one/two")
                .replace("*", filling.isEmpty() && value.equals("*") ? "any" : filling);
    }

    private static FakeFacts request(Map<String, List<String>> values, Draw random) {
        FakeFacts request = new FakeFacts()
                .with(Attribute.METHOD, one(values, random, "HEAD", "methods", "request.headers[:method]"))
                .with(Attribute.PATH, one(values, random, "/else", "paths"))
                .with(Attribute.HOST, one(values, random, "else.example", "hosts"))
                .with(Attribute.PORT, one(values, random, "4711", "ports", "destination.port"))
                .with(Attribute.SNI, one(values, random, "else.example", "connection.sni"))
                .with(Attribute.SOURCE_IP, address(one(values, random, "203.0.113.9", "ipBlocks", "source.ip")))
                .with(Attribute.REMOTE_IP, address(one(values, random, "203.0.113.9", "remoteIpBlocks", "remote.ip")))
                .with(Attribute.DESTINATION_IP, address(one(values, random, "203.0.113.9", "destination.ip")));
        principal(request, values, random);
        for (String key : new TreeSet<>(values.keySet())) {
            if (key.startsWith("request.headers[") && !key.contains("[:") && random.nextInt(8) > 0) {
                request.header(key.substring(16, key.length() - 1), one(values, random, "else", key));
            }
        }
        if (random.nextInt(8) > 0) {
            claims(request, values, random);
        }
        return request;
    }

    private static void principal(FakeFacts request, Map<String, List<String>> values, Draw random) {
        switch (random.nextInt(4)) {
            case 0 -> {}
            case 1 ->
                request.with(
                        Attribute.PRINCIPAL,
                        "spiffe://" + one(values, random, "else.example", "trustDomains") + "/ns/"
                                + one(values, random, "else", "namespaces", "source.namespace") + "/sa/x");
            case 2 ->
                request.with(
                        Attribute.PRINCIPAL,
                        "spiffe://td/ns/"
                                + one(values, random, "my/else", "serviceAccounts")
                                        .replace("/", "/sa/"));
            default ->
                request.with(
                        Attribute.PRINCIPAL,
                        "spiffe://"
                                + one(values, random, "else.example/ns/foo/sa/x", "principals", "source.principal"));
        }
    }

    private static void claims(FakeFacts request, Map<String, List<String>> values, Draw random) {
        String principal = one(values, random, "else/me", "requestPrincipals", "request.auth.principal");
        int slash = principal.lastIndexOf('/');
        Map<String, Object> claims = new HashMap<>();
        claims.put("iss", slash < 0 ? principal : principal.substring(0, slash));
        claims.put("sub", slash < 0 ? "me" : principal.substring(slash + 1));
        claims.put("aud", List.of("else", one(values, random, "else", "request.auth.audiences")));
        claims.put("azp", one(values, random, "else", "request.auth.presenter"));
        claims.put(
                "nested1",
                Map.of("nested2", List.of(one(values, random, "else", "request.auth.claims[nested1][nested2]"))));
        request.claims(claims);
    }

    private static String address(String block) {
        int slash = block.indexOf('/');
        return slash < 0 ? block : block.substring(0, slash);
    }
}
