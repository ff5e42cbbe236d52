package dev.meshclient.spring.web;

import com.sun.management.OperatingSystemMXBean;
import com.sun.management.ThreadMXBean;
import dev.meshclient.Mesh;
import dev.meshclient.registry.PolicySource;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.OutputStream;
import java.lang.management.ManagementFactory;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Locale;
import java.util.Random;
import okhttp3.OkHttpClient;
import org.springframework.http.client.ClientHttpRequestFactory;
import org.springframework.http.client.JdkClientHttpRequestFactory;
import org.springframework.web.client.RestClient;

/**
 * The cost of a call of {@code RestClient}: a GET with a body of 128 bytes, over Spring's factory for the JDK's client, over OkHttp
 * and over the mesh, all in turn within each round. The peer is a process of its own, so that the CPU time of this process, of all
 * threads, is that of the clients. Quote the ratios and the bytes; the microseconds are this machine's.
 *
 * <p>Arguments: calls a round and variant (default 2000), rounds (default 11).
 */
final class RestClientCost {
    private static final OperatingSystemMXBean PROCESS =
            (OperatingSystemMXBean) ManagementFactory.getOperatingSystemMXBean();
    private static final ThreadMXBean THREADS = (ThreadMXBean) ManagementFactory.getThreadMXBean();
    private static final String BODY = "o".repeat(128);

    private RestClientCost() {}

    private static final class Variant {
        final String name;
        final RestClient client;
        final double[] micros;
        final double[] bytes;

        Variant(String name, String url, ClientHttpRequestFactory factory, int rounds) {
            this.name = name;
            this.client =
                    RestClient.builder().baseUrl(url).requestFactory(factory).build();
            this.micros = new double[rounds];
            this.bytes = new double[rounds];
        }

        void round(int number, int calls) {
            long allocated = allocated();
            long started = PROCESS.getProcessCpuTime();
            calls(calls);
            micros[number] = (PROCESS.getProcessCpuTime() - started) / 1000.0 / calls;
            bytes[number] = (allocated() - allocated) / (double) calls;
        }

        void calls(int calls) {
            for (int i = 0; i < calls; i++) {
                String body = client.get()
                        .uri("/v1/orders/{id}", 12345)
                        .header("Accept", "text/plain")
                        .retrieve()
                        .body(String.class);
                if (!BODY.equals(body)) {
                    throw new IllegalStateException("not the peer's answer: " + body);
                }
            }
        }
    }

    /** Of all threads that live: no variant ends a thread within a round. */
    private static long allocated() {
        return Arrays.stream(THREADS.getThreadAllocatedBytes(THREADS.getAllThreadIds()))
                .filter(bytes -> bytes > 0)
                .sum();
    }

    /** Prints a line for each variant. */
    public static void main(String[] args) throws IOException {
        if (args.length == 1 && args[0].equals("peer")) {
            peer();
            return;
        }
        int calls = args.length > 0 ? Integer.parseInt(args[0]) : 2000;
        int rounds = args.length > 1 ? Integer.parseInt(args[1]) : 11;
        Process peer = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-cp",
                        System.getProperty("java.class.path"),
                        RestClientCost.class.getName(),
                        "peer")
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .start();
        try (BufferedReader port =
                new BufferedReader(new InputStreamReader(peer.getInputStream(), StandardCharsets.UTF_8))) {
            compare(Integer.parseInt(port.readLine()), calls, rounds);
        } finally {
            peer.destroy();
        }
    }

    private static void compare(int port, int calls, int rounds) {
        String direct = "http://127.0.0.1:" + port;
        String policy = """
                {"apiVersion": "meshclient.dev/v1", "kind": "MeshPolicy", "metadata": {"mesh": "benchmark"},
                 "services": {"orders": {"hosts": ["orders"], "endpoints": [{"address": "127.0.0.1", "port": %d}]}}}
                """.formatted(port);
        try (Mesh mesh = Mesh.builder()
                .snapshotDirectory(null)
                .policy(PolicySource.of(policy))
                .build()) {
            ClientHttpRequestFactory plain = new OkHttpClientHttpRequestFactory(new OkHttpClient());
            ClientHttpRequestFactory wrapped = new OkHttpClientHttpRequestFactory(mesh.wrap(new OkHttpClient()));
            List<Variant> variants = List.of(
                    new Variant("JDK, Spring's factory", direct, new JdkClientHttpRequestFactory(), rounds),
                    new Variant("JDK, again", direct, new JdkClientHttpRequestFactory(), rounds),
                    new Variant("OkHttp, our factory", direct, plain, rounds),
                    new Variant("mesh, 1 endpoint", "http://orders", wrapped, rounds));
            variants.forEach(variant -> variant.calls(5 * calls));
            List<Variant> order = new ArrayList<>(variants);
            Random random = new Random(1);
            for (int round = 0; round < rounds; round++) {
                Collections.shuffle(order, random);
                for (Variant variant : order) {
                    variant.round(round, calls);
                }
            }
            report(variants, calls, rounds);
        }
    }

    private static void report(List<Variant> variants, int calls, int rounds) {
        System.out.printf(
                Locale.ROOT, "JDK %s, %d rounds of %d calls, CPU of the process%n", Runtime.version(), rounds, calls);
        System.out.printf(Locale.ROOT, "%-24s %9s %9s %8s%n", "", "B/call", "us (med)", "ratio");
        for (Variant variant : variants) {
            double[] ratios = new double[rounds];
            for (int i = 0; i < rounds; i++) {
                ratios[i] = variant.micros[i] / variants.get(0).micros[i];
            }
            System.out.printf(
                    Locale.ROOT,
                    "%-24s %9.0f %9.1f %8.3f%n",
                    variant.name,
                    median(variant.bytes),
                    median(variant.micros),
                    median(ratios));
        }
    }

    private static double median(double[] values) {
        double[] sorted = values.clone();
        Arrays.sort(sorted);
        return sorted[sorted.length / 2];
    }

    /** Answers each request of each connection with the same response, and prints its port. */
    private static void peer() throws IOException {
        byte[] response = ("HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\nContent-Length: 128\r\n\r\n" + BODY)
                .getBytes(StandardCharsets.US_ASCII);
        try (ServerSocket server = new ServerSocket(0, 50, InetAddress.getLoopbackAddress())) {
            System.out.println(server.getLocalPort());
            while (true) {
                Socket socket = server.accept();
                socket.setTcpNoDelay(true);
                Thread connection = new Thread(() -> answer(socket, response));
                connection.setDaemon(true);
                connection.start();
            }
        }
    }

    private static void answer(Socket socket, byte[] response) {
        try (socket;
                BufferedReader request =
                        new BufferedReader(new InputStreamReader(socket.getInputStream(), StandardCharsets.US_ASCII))) {
            OutputStream out = socket.getOutputStream();
            for (String line = request.readLine(); line != null; line = request.readLine()) {
                if (line.isEmpty()) {
                    out.write(response);
                }
            }
        } catch (IOException e) {
            System.err.println("a connection has ended: " + e);
        }
    }
}
