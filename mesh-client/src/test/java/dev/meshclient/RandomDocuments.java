package dev.meshclient;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/** Draws policy documents that are mostly good, and requests that their rules are about. */
final class RandomDocuments {
    static final List<String> SERVICES = List.of("orders", "billing", "cart");
    private static final List<String> PLACES = List.of("r1/a", "r1/a", "r1/b", "r1/c", "r2/a", "r2/d", "r3/e");
    private static final List<String> PATHS = List.of("/", "/v1", "/v1/7", "/v1/items/7", "/v2", "/admin");
    private static final List<String> METHODS = List.of("GET", "PUT", "DELETE");
    private static final List<String> WORDS = List.of("a", "b", "jason");

    private final Random random;

    RandomDocuments(Random random) {
        this.random = random;
    }

    private boolean chance(double of) {
        return random.nextDouble() < of;
    }

    private <T> T one(List<T> of) {
        return of.get(random.nextInt(of.size()));
    }

    String document(int version) {
        Documents document = Documents.mesh("t").version(version);
        if (chance(0.1)) {
            document.with("'outboundTrafficPolicy': 'REGISTRY_ONLY'");
        }
        if (chance(0.1)) {
            document.metadata("'scope': {'hosts': ['orders', 'billing', 'cart', 'other']}");
        }
        document.with("'trustDomain': 'shop.example'");
        document.with("'clusters': [{'name': 'near', 'priority': 0" + (chance(0.2) ? ", 'state': 'DRAINING'" : "")
                + "}, {'name': 'far', 'priority': 1" + (chance(0.2) ? ", 'state': 'DOWN'" : "") + "}]");
        document.with("'defaults': {"
                + List.of(settings(), authorization()).stream()
                        .filter(some -> !some.isEmpty())
                        .collect(Collectors.joining(", "))
                + "}");
        SERVICES.stream().filter(name -> !chance(0.05)).forEach(name -> document.services(service(name)));
        return document.json();
    }

    private String service(String name) {
        boolean bad = chance(0.04);
        boolean neutral = chance(0.04);
        List<String> fields = new ArrayList<>();
        fields.add("'hosts': ['" + name + (chance(0.1) ? ":81" : "") + (bad ? "', 'http://bad" : "") + "']");
        if (neutral) {
            fields.add("'resolution': 'NONE'");
        } else {
            fields.add("'endpoints': ["
                    + IntStream.range(0, random.nextInt(8))
                            .mapToObj(i -> endpoint(name, i))
                            .collect(Collectors.joining(", "))
                    + "]");
            fields.add("'subsets': [{'name': 'v1', 'labels': {'version': 'v1'}" + more(settings())
                    + "}, {'name': 'v2', 'labels': {'version': 'v2'}" + more(settings()) + "}]");
            List.of(settings(), authorization()).stream()
                    .filter(some -> !some.isEmpty())
                    .forEach(fields::add);
        }
        if (chance(0.7)) {
            fields.add("'rules': ["
                    + IntStream.range(0, 1 + random.nextInt(4))
                            .mapToObj(i -> rule(name, neutral, i))
                            .collect(Collectors.joining(", "))
                    + "]");
        }
        return "'" + name + "': {" + String.join(", ", fields) + "}";
    }

    private static String more(String fields) {
        return fields.isEmpty() ? "" : ", " + fields;
    }

    private String endpoint(String service, int i) {
        String health = one(List.of("HEALTHY", "HEALTHY", "HEALTHY", "HEALTHY", "DEGRADED", "UNHEALTHY", "DRAINING"));
        return "{'address': '10.0." + SERVICES.indexOf(service) + "." + i + "', 'port': 80, 'health': '" + health
                + "', 'weight': " + one(List.of(1, 1, 1, 3, 0)) + ", 'labels': {'version': '" + one(List.of("v1", "v2"))
                + "'}" + (chance(0.9) ? ", 'locality': '" + one(PLACES) + "'" : "")
                + (chance(0.15) ? ", 'cluster': '" + one(List.of("near", "far")) + "'" : "")
                + (chance(0.2) ? ", 'tlsMode': '" + one(List.of("MESH", "DISABLED")) + "'" : "") + "}";
    }

    /** Fields of settings, each of them in few of the documents. */
    private String settings() {
        List<String> fields = new ArrayList<>();
        if (chance(0.2)) {
            fields.add("'timeouts': {'request': '" + one(List.of("2s", "20s", "0s")) + "'" + shadow() + "}");
        }
        if (chance(0.2)) {
            fields.add("'retry': {'attempts': " + random.nextInt(3) + shadow() + "}");
        }
        if (chance(0.08)) {
            fields.add("'limits': {'maxRequests': " + one(List.of(0, 1, 500))
                    + one(List.of(
                            "",
                            ", 'maxPendingRequests': 2",
                            ", 'maxRetries': 1",
                            ", 'maxRequestsPerEndpoint': 1",
                            ", 'adaptive': true"))
                    + shadow() + "}");
        } else if (chance(0.04)) {
            fields.add("'limits': {'shadow': " + random.nextBoolean() + "}");
        }
        if (chance(0.2)) {
            fields.add("'retryConstraint': {'budget': {'percent': 0}, 'minRetryRate': {'count': 0}" + shadow() + "}");
        }
        if (chance(0.6)) {
            fields.add("'outlierDetection': {'consecutive5xxErrors': " + one(List.of(1, 2)) + ", 'maxEjectionPercent': "
                    + one(List.of(0, 20, 50, 100)) + ", 'minHealthPercent': " + one(List.of(0, 0, 50))
                    + ", 'failurePercentageThreshold': " + one(List.of(0, 85))
                    + shadow() + "}");
        }
        if (chance(0.1)) {
            fields.add("'healthCheck': {'path': '/healthz', 'interval': '" + one(List.of("0s", "5s")) + "'}");
        }
        if (chance(0.06)) {
            fields.add("'tls': {'mode': '" + one(List.of("SIMPLE", "MESH_MUTUAL")) + "'}");
        }
        if (chance(0.06)) {
            fields.add("'credentials': {'token': '" + one(List.of("known", "missing")) + "', 'overwrite': "
                    + random.nextBoolean() + "}");
        }
        if (chance(0.2)) {
            fields.add("'failoverMode': '" + one(List.of("STRICT", "SPILL")) + "'");
        }
        if (chance(0.2)) {
            fields.add("'loadBalancer': {"
                    + one(List.of(
                            "'simple': 'ROUND_ROBIN'",
                            "'simple': 'RANDOM'",
                            "'simple': 'LEAST_REQUEST'",
                            "'simple': 'LEAST_REQUEST', 'subsetSize': 2",
                            "'simple': 'PEAK_EWMA'",
                            "'simple': 'WEIGHTED_LOAD'",
                            "'consistentHash': {'httpHeaderName': 'x-user'}",
                            "'consistentHash': {'httpCookie': {'name': 'user'}}",
                            "'consistentHash': {'httpQueryParameterName': 'q', 'maglev': {'tableSize': 11},"
                                    + " 'hashBalanceFactor': 150}"))
                    + (chance(0.3) ? ", 'warmup': {'duration': '20s', 'minimumPercent': 5, 'aggression': 1.5}" : "")
                    + "}");
        }
        if (chance(0.1)) {
            fields.add("'trafficDistribution': 'Any'");
        } else if (chance(0.1)) {
            fields.add("'localityLbSetting': {'distribute': [{'from': 'r1/a', 'to': {'r1/a': 70, 'r2/*': 30}}]}");
        } else if (chance(0.05)) {
            fields.add("'localityLbSetting': {'failover': [{'from': 'r1', 'to': 'r3'}]}");
        }
        return String.join(", ", fields);
    }

    private String shadow() {
        return chance(0.4) ? ", 'shadow': " + random.nextBoolean() : "";
    }

    private String authorization() {
        return chance(0.15)
                ? "'authorization': [" + policy("no") + (chance(0.4) ? ", " + policy("more") : "") + "]"
                : "";
    }

    private String policy(String name) {
        return "{'name': '" + name + "', 'action': '" + one(List.of("DENY", "ALLOW")) + "'" + shadow()
                + ", 'rules': [{'to': [{'operation': {'methods': ['" + one(METHODS) + "']}}]}]}";
    }

    private String rule(String service, boolean neutral, int i) {
        List<String> backends = new ArrayList<>();
        for (int b = 1 + random.nextInt(3); b > 0; b--) {
            String to = chance(0.8) ? service : one(SERVICES);
            boolean subset = chance(0.5) && !neutral && to.equals(service);
            backends.add("{'name': '" + to + "'" + (subset ? ", 'subset': '" + one(List.of("v1", "v2")) + "'" : "")
                    + ", 'weight': " + (b == 1 ? 1 : one(List.of(0, 1, 9))) + "}");
        }
        String matches = chance(0.2)
                ? ""
                : ", 'matches': ["
                        + IntStream.range(0, 1 + random.nextInt(2))
                                .mapToObj(m -> match())
                                .collect(Collectors.joining(", "))
                        + "]";
        return "{'name': 'rule" + i + "'" + (chance(0.2) ? ", 'timeouts': {'request': '5s'" + shadow() + "}" : "")
                + matches + ", 'backendRefs': [" + String.join(", ", backends) + "]}";
    }

    private String match() {
        List<String> conditions = new ArrayList<>();
        if (chance(0.6)) {
            String type = one(List.of("Exact", "PathPrefix", "RegularExpression"));
            String value = one(PATHS);
            conditions.add("'path': {'type': '" + type + "', 'value': '"
                    + (type.equals("RegularExpression") ? value + ".*" : value) + "'}");
        }
        if (chance(0.2)) {
            conditions.add("'method': '" + one(METHODS) + "'");
        }
        if (chance(0.4)) {
            conditions.add("'headers': [" + valueMatch("x-user") + "]");
        }
        if (chance(0.2)) {
            conditions.add("'queryParams': [" + valueMatch("q") + "]");
        }
        return "{" + String.join(", ", conditions) + "}";
    }

    private String valueMatch(String name) {
        boolean expression = chance(0.2);
        return "{'name': '" + name + "', 'type': '" + (expression ? "RegularExpression" : "Exact") + "', 'value': '"
                + (expression ? "[ab]" : one(WORDS)) + "'}";
    }

    okhttp3.Request request() {
        String host = chance(0.9) ? one(SERVICES) : one(List.of("claimed", "other", "outside"));
        okhttp3.Request.Builder request = new okhttp3.Request.Builder()
                .url("http://" + host + (chance(0.05) ? ":81" : "") + one(PATHS)
                        + (chance(0.4) ? "?q=" + one(WORDS) : ""));
        String method = one(METHODS);
        request.method(method, method.equals("GET") ? null : okhttp3.RequestBody.create(new byte[0]));
        if (chance(0.4)) {
            request.header("x-user", one(WORDS));
        }
        if (chance(0.1)) {
            request.header("Authorization", "Basic x");
        }
        MeshOptions options = MeshOptions.DEFAULT;
        if (chance(0.1)) {
            options = options.withHashKey(one(WORDS));
        }
        if (chance(0.1)) {
            options = options.withMaxAttempts(one(List.of(1, 2, 3)));
        }
        return request.tag(MeshOptions.class, options).build();
    }
}
