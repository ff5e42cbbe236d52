package dev.meshclient.benchmarks;

import com.sun.management.ThreadMXBean;
import dev.meshclient.Mesh;
import dev.meshclient.registry.PolicySource;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.net.InetAddress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Locale;
import java.util.Random;
import okhttp3.Call;
import okhttp3.EventListener;
import okhttp3.OkHttpClient;
import okhttp3.Request;
import okhttp3.Response;

/**
 * A wrapped client against a plain one: a GET with a body of 128 bytes over kept connections of an in-memory peer, all
 * variants in turn within each round. Quote the ratios and the bytes; the nanoseconds are this machine's.
 *
 * <p>Arguments: calls a round and variant (default 20000), rounds (default 15).
 */
public final class WrappedAgainstPlain {
    private static final ThreadMXBean THREAD = (ThreadMXBean) ManagementFactory.getThreadMXBean();
    private static final String LOGICAL = "http://orders/v1/orders/12345?expand=items&limit=20";

    private WrappedAgainstPlain() {}

    private static final class Variant {
        final String name;
        final Call.Factory client;
        final double[] cpu;
        long bytes = Long.MAX_VALUE;

        Variant(String name, Call.Factory client, int rounds) {
            this.name = name;
            this.client = client;
            this.cpu = new double[rounds];
        }

        void round(int number, int calls, Request request) throws IOException {
            long allocated = THREAD.getCurrentThreadAllocatedBytes();
            long started = THREAD.getCurrentThreadCpuTime();
            for (int i = 0; i < calls; i++) {
                call(client, request);
            }
            cpu[number] = (THREAD.getCurrentThreadCpuTime() - started) / (double) calls;
            bytes = Math.min(bytes, (THREAD.getCurrentThreadAllocatedBytes() - allocated) / calls);
        }
    }

    private static void call(Call.Factory client, Request request) throws IOException {
        try (Response response = client.newCall(request).execute()) {
            if (response.body().bytes().length != 128) {
                throw new IOException("not the peer's answer: " + response);
            }
        }
    }

    private static OkHttpClient plain() {
        InetAddress peer = InetAddress.getLoopbackAddress();
        return new OkHttpClient.Builder().dns(host -> List.of(peer)).build();
    }

    private static String document(String orders) {
        return """
                {"apiVersion": "meshclient.dev/v1", "kind": "MeshPolicy", "metadata": {"mesh": "benchmark"},
                 "services": {"orders": {"hosts": ["orders"], %s}}}
                """.formatted(orders);
    }

    private static String endpoints(int count) {
        List<String> endpoints = new ArrayList<>();
        for (int i = 1; i <= count; i++) {
            endpoints.add("{\"address\": \"127.0.0." + i + "\", \"port\": 8080}");
        }
        return "\"endpoints\": " + endpoints;
    }

    /** Prints a line for each variant. */
    public static void main(String[] args) throws IOException {
        int calls = args.length > 0 ? Integer.parseInt(args[0]) : 20_000;
        int rounds = args.length > 1 ? Integer.parseInt(args[1]) : 15;
        InMemoryPeer.install();
        try (Mesh one = mesh(endpoints(1));
                Mesh three = mesh(endpoints(3));
                Mesh none = mesh("\"resolution\": \"NONE\"");
                Mesh outside = Mesh.builder()
                        .policy(PolicySource.of(
                                document("\"resolution\": \"NONE\"").replace("orders", "billing")))
                        .build()) {
            List<Variant> variants = List.of(
                    new Variant("plain", plain(), rounds),
                    new Variant("plain, again", plain(), rounds),
                    new Variant(
                            "plain, callTimeout 1 s",
                            plain().newBuilder()
                                    .callTimeout(Duration.ofSeconds(1))
                                    .build(),
                            rounds),
                    new Variant("plain, with a listener", listening(), rounds),
                    new Variant("wrapped, host outside the mesh", outside.wrap(plain()), rounds),
                    new Variant("wrapped, NONE", none.wrap(plain()), rounds),
                    new Variant("wrapped, 1 endpoint", one.wrap(plain()), rounds),
                    new Variant("wrapped, 3 endpoints", three.wrap(plain()), rounds),
                    new Variant("wrapped, with a listener", three.wrap(listening()), rounds));
            run(variants, calls, rounds);
        }
    }

    private static Mesh mesh(String orders) {
        return Mesh.builder().policy(PolicySource.of(document(orders))).build();
    }

    private static OkHttpClient listening() {
        return plain().newBuilder().eventListener(new EventListener() {}).build();
    }

    private static void run(List<Variant> variants, int calls, int rounds) throws IOException {
        Request request = new Request.Builder()
                .url(LOGICAL)
                .header("Accept", "application/json")
                .build();
        for (Variant variant : variants) {
            for (int i = 0; i < 2 * calls; i++) {
                call(variant.client, request);
            }
        }
        List<Variant> order = new ArrayList<>(variants);
        Random random = new Random(1);
        for (int round = 0; round < rounds; round++) {
            Collections.shuffle(order, random);
            for (Variant variant : order) {
                variant.round(round, calls, request);
            }
        }
        report(variants, calls, rounds);
    }

    private static void report(List<Variant> variants, int calls, int rounds) {
        Variant base = variants.get(0);
        System.out.printf(
                Locale.ROOT,
                "JDK %s, %d rounds of %d calls, CPU of the calling thread%n",
                Runtime.version(),
                rounds,
                calls);
        System.out.printf(
                Locale.ROOT, "%-32s %8s %7s %9s %9s %8s%n", "", "B/call", "more", "ns (min)", "ns (med)", "ratio");
        for (Variant variant : variants) {
            double[] ratios = new double[rounds];
            for (int i = 0; i < rounds; i++) {
                ratios[i] = variant.cpu[i] / base.cpu[i];
            }
            System.out.printf(
                    Locale.ROOT,
                    "%-32s %8d %+7d %9.0f %9.0f %8.3f%n",
                    variant.name,
                    variant.bytes,
                    variant.bytes - base.bytes,
                    Arrays.stream(variant.cpu).min().orElse(0),
                    median(variant.cpu),
                    median(ratios));
        }
    }

    private static double median(double[] values) {
        double[] sorted = values.clone();
        Arrays.sort(sorted);
        return sorted[sorted.length / 2];
    }
}
