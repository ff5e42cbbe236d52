package dev.meshclient.examples.demo;

import dev.meshclient.Mesh;
import dev.meshclient.Workload;
import dev.meshclient.registry.MemoryPolicySource;
import dev.meshclient.registry.PolicySource;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;
import okhttp3.OkHttpClient;
import okhttp3.Request;
import okhttp3.Response;

/** A calls B calls C, three instances each in three zones: what topology saves, counted. */
public final class Demo {
    private static final List<String> ZONES = List.of("a", "b", "c");
    private static final int CALLS = 90;

    private Demo() {}

    /** Prints each step with what was expected and what was counted; fails if they differ. */
    public static void main(String[] args) throws IOException {
        List<Instance> a = instances("service-a", "service-b");
        List<Instance> b = instances("service-b", "service-c");
        List<Instance> c = instances("service-c", null);
        MemoryPolicySource policy = PolicySource.of(document(1, "Any", a, b, c));
        List<Instance> all = new ArrayList<>(a);
        all.addAll(b);
        all.addAll(c);
        all.forEach(i -> i.join(policy));
        try (Mesh mesh =
                Mesh.builder().workload(Workload.of("caller")).policy(policy).build()) {
            OkHttpClient http = mesh.wrap(new OkHttpClient());
            int without = crossings(http);
            // Binomial: 180 hops, each crossing with 2/3: 120 +- 6.3; five deviations.
            check("zone crossings without topology, of 180", "88..152", without, without >= 88 && without <= 152);
            policy.update(document(2, "PreferSameZone", a, b, c));
            int with = crossings(http);
            check("zone crossings with topology, of 180", "0", with, with == 0);
        } finally {
            all.forEach(Instance::close);
        }
    }

    private static void check(String what, String expected, int counted, boolean holds) {
        System.out.printf("%-45s expected %-8s counted %d%n", what, expected, counted);
        if (!holds) {
            throw new IllegalStateException(what + ": expected " + expected + ", counted " + counted);
        }
    }

    private static int crossings(OkHttpClient http) throws IOException {
        int crossings = 0;
        for (int i = 0; i < CALLS; i++) {
            Request request = new Request.Builder().url("http://service-a/").build();
            try (Response response = http.newCall(request).execute()) {
                String[] path = response.body().string().split(" ", -1);
                if (response.code() != 200 || path.length != 3) {
                    throw new IOException("call " + i + ": " + response.code() + " " + String.join(" ", path));
                }
                for (int hop = 1; hop < path.length; hop++) {
                    crossings += zone(path[hop]).equals(zone(path[hop - 1])) ? 0 : 1;
                }
            }
        }
        return crossings;
    }

    private static String zone(String instance) {
        return instance.substring(instance.indexOf('@') + 1);
    }

    private static List<Instance> instances(String service, @org.jspecify.annotations.Nullable String next)
            throws IOException {
        List<Instance> instances = new ArrayList<>();
        for (String zone : ZONES) {
            instances.add(new Instance(service, zone, next));
        }
        return instances;
    }

    private static String document(
            int version, String distribution, List<Instance> a, List<Instance> b, List<Instance> c) {
        return """
                {"apiVersion": "meshclient.dev/v1", "kind": "MeshPolicy",
                 "metadata": {"mesh": "demo", "version": %d},
                 "defaults": {"trafficDistribution": "%s"},
                 "services": {"service-a": %s, "service-b": %s, "service-c": %s}}
                """.formatted(
                version, distribution, service("service-a", a), service("service-b", b), service("service-c", c));
    }

    private static String service(String name, List<Instance> instances) {
        return "{\"hosts\": [\"" + name + "\"], \"endpoints\": ["
                + instances.stream().map(Instance::asJson).collect(Collectors.joining(", ")) + "]}";
    }
}
