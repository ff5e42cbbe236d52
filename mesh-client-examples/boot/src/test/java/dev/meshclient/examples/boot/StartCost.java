package dev.meshclient.examples.boot;

import dev.meshclient.Mesh;
import dev.meshclient.spring.MeshClient;
import java.io.File;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Locale;
import java.util.Random;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import okhttp3.OkHttpClient;
import org.springframework.boot.SpringApplication;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.RestController;

/**
 * The cost of a start: a small application with MVC and the actuator starts and ends, in a JVM of its own, with the mesh and one client
 * in it, with {@code mesh.enabled=false}, and without the jars of the mesh. Quote the differences; the times are this machine's.
 *
 * <p>Argument: rounds (default 10), each of which has all variants, in an order of its own.
 */
final class StartCost {
    private static final String POLICY = """
            {"apiVersion": "meshclient.dev/v1", "kind": "MeshPolicy", "metadata": {"mesh": "shop", "version": 1},
             "services": {"orders": {"hosts": ["orders"], "endpoints": [{"address": "127.0.0.1", "port": 8081}]}}}
            """;

    private StartCost() {}

    /** Without the jars of the mesh the JVM ignores the annotations. */
    @Configuration(proxyBeanMethods = false)
    @EnableAutoConfiguration
    static class Checkout {
        @Bean
        @MeshClient("orders")
        OkHttpClient ordersHttp() {
            return new OkHttpClient();
        }

        @RestController
        static class CheckoutController {
            private final OkHttpClient orders;

            CheckoutController(@MeshClient("orders") OkHttpClient orders) {
                this.orders = orders;
            }

            @GetMapping("/timeout")
            int timeout() {
                return orders.callTimeoutMillis();
            }
        }
    }

    /** The application in a JVM of its own. */
    static final class Start {
        private Start() {}

        /** Prints the CPU time of the process, of all threads, in milliseconds. */
        public static void main(String[] args) {
            SpringApplication.run(Checkout.class, args).close();
            System.out.println(ProcessHandle.current()
                    .info()
                    .totalCpuDuration()
                    .orElseThrow()
                    .toMillis());
        }
    }

    private static final class Variant {
        final String name;
        final List<String> command;
        final double[] wall;
        final double[] cpu;

        Variant(String name, int rounds, String classPath, String... arguments) {
            this.name = name;
            this.wall = new double[rounds];
            this.cpu = new double[rounds];
            this.command = new ArrayList<>(List.of(
                    Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                    "-XX:TieredStopAtLevel=1",
                    "-cp",
                    classPath,
                    Start.class.getName(),
                    "--spring.main.banner-mode=off",
                    "--logging.level.root=warn",
                    "--server.address=127.0.0.1",
                    "--server.port=0"));
            command.addAll(List.of(arguments));
        }

        void start(int round) throws IOException, InterruptedException {
            long began = System.nanoTime();
            Process process = new ProcessBuilder(command)
                    .redirectError(ProcessBuilder.Redirect.INHERIT)
                    .start();
            String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8).strip();
            if (process.waitFor() != 0) {
                throw new IllegalStateException(name + " did not start: " + output);
            }
            wall[round] = Duration.ofNanos(System.nanoTime() - began).toMillis();
            cpu[round] = Integer.parseInt(output.substring(output.lastIndexOf('\n') + 1));
        }
    }

    /** Prints a line for each variant. */
    public static void main(String[] args) throws Exception {
        int rounds = args.length > 0 ? Integer.parseInt(args[0]) : 10;
        Path policy = Files.createTempFile("policy", ".json");
        try {
            Files.writeString(policy, POLICY);
            String all = System.getProperty("java.class.path");
            List<Variant> variants = List.of(
                    new Variant("without the jars", rounds, withoutMesh(all)),
                    new Variant("off", rounds, all, "--mesh.enabled=false"),
                    new Variant("on", rounds, all, "--mesh.registry.file=" + policy, "--mesh.snapshot.enabled=false"));
            for (Variant variant : variants) {
                variant.start(0); // the files of the class path are in memory from here on
            }
            List<Variant> order = new ArrayList<>(variants);
            Random random = new Random(1);
            for (int round = 0; round < rounds; round++) {
                Collections.shuffle(order, random);
                for (Variant variant : order) {
                    variant.start(round);
                }
            }
            report(variants);
        } finally {
            Files.delete(policy);
        }
    }

    private static String withoutMesh(String classPath) {
        List<String> ours = Stream.of(Mesh.class, MeshClient.class)
                .map(type -> Path.of(type.getProtectionDomain()
                                .getCodeSource()
                                .getLocation()
                                .getPath())
                        .toString())
                .toList();
        return Arrays.stream(classPath.split(File.pathSeparator))
                .filter(entry -> !ours.contains(Path.of(entry).toString()))
                .collect(Collectors.joining(File.pathSeparator));
    }

    private static void report(List<Variant> variants) {
        Variant first = variants.get(0);
        System.out.printf(Locale.ROOT, "JDK %s, %d rounds, ms (medians)%n", Runtime.version(), first.cpu.length);
        System.out.printf(Locale.ROOT, "%-20s %8s %8s %8s %8s%n", "", "CPU", "more", "wall", "more");
        for (Variant variant : variants) {
            System.out.printf(
                    Locale.ROOT,
                    "%-20s %8.0f %8.0f %8.0f %8.0f%n",
                    variant.name,
                    median(variant.cpu),
                    median(minus(variant.cpu, first.cpu)),
                    median(variant.wall),
                    median(minus(variant.wall, first.wall)));
        }
    }

    private static double[] minus(double[] left, double[] right) {
        double[] differences = new double[left.length];
        Arrays.setAll(differences, i -> left[i] - right[i]);
        return differences;
    }

    private static double median(double[] values) {
        double[] sorted = values.clone();
        Arrays.sort(sorted);
        int half = sorted.length / 2;
        return sorted.length % 2 == 1 ? sorted[half] : (sorted[half - 1] + sorted[half]) / 2;
    }
}
