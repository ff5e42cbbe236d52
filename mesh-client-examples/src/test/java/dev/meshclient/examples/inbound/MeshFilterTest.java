package dev.meshclient.examples.inbound;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.net.httpserver.HttpServer;
import com.sun.net.httpserver.HttpsConfigurator;
import com.sun.net.httpserver.HttpsParameters;
import com.sun.net.httpserver.HttpsServer;
import dev.meshclient.Mesh;
import dev.meshclient.Workload;
import dev.meshclient.registry.PolicySource;
import dev.meshclient.telemetry.MeshMetrics;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.io.IOException;
import java.io.InputStream;
import java.math.BigInteger;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.KeyStore;
import java.security.Signature;
import java.security.interfaces.ECPublicKey;
import java.security.spec.ECGenParameterSpec;
import java.security.spec.ECPoint;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLParameters;
import javax.net.ssl.TrustManagerFactory;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The boundary of the JDK's server, by real requests. */
class MeshFilterTest {
    private static Mesh mesh(@Nullable String policy) {
        return Mesh.builder()
                .workload(Workload.of("reviews"))
                .policy(policy == null ? PolicySource.file(Path.of("/nowhere/policy.json")) : PolicySource.of(policy))
                .build();
    }

    /** Sends the path unchanged: a client of the JDK would normalize it. */
    private static String status(HttpServer server, String method, String path, String... headers) throws IOException {
        try (Socket socket =
                new Socket(InetAddress.getLoopbackAddress(), server.getAddress().getPort())) {
            String request = method + " " + path + " HTTP/1.1\r\nHost: reviews\r\nConnection: close\r\n"
                    + String.join("", headers) + "\r\n";
            socket.getOutputStream().write(request.getBytes(StandardCharsets.US_ASCII));
            String answer = new String(socket.getInputStream().readAllBytes(), StandardCharsets.US_ASCII);
            return answer.split(" ", 3)[1];
        }
    }

    @Test
    void policy_decides_what_comes_in() throws IOException {
        try (Mesh mesh = mesh(InboundExample.POLICY)) {
            HttpServer server = InboundExample.serve(mesh);
            assertThat(status(server, "GET", "/api/7")).isEqualTo("200");
            assertThat(status(server, "POST", "/api/7", "Content-Length: 0\r\n"))
                    .isEqualTo("403");
            assertThat(status(server, "GET", "/admin")).isEqualTo("403");
            assertThat(status(server, "GET", "/api/%2e%2e/admin")).isEqualTo("403");
            assertThat(status(server, "GET", "/api/..%2Fadmin")).isEqualTo("403");
            server.stop(0);
        }
    }

    /** Policy would decide about another request than the one that the handler, or a server behind it, understands. */
    @Test
    void an_ambiguous_request_is_refused_before_policy_is_asked() throws IOException {
        try (Mesh mesh = mesh(InboundExample.POLICY)) {
            HttpServer server = InboundExample.serve(mesh);
            assertThat(status(server, "GET", "/api/7", "Host: admin\r\n")).isEqualTo("400");
            assertThat(status(server, "GET", "http://admin/api/7")).isEqualTo("400");
            assertThat(status(server, "GET", "http://reviews/api/7")).isEqualTo("200");
            assertThat(status(server, "GET", "//admin/api/7")).isEqualTo("400");
            assertThat(status(server, "GET", "/api/7#/../../admin")).isEqualTo("400");
            server.stop(0);
        }
    }

    @Test
    void every_request_counts_by_istios_name_with_its_status() throws IOException {
        SimpleMeterRegistry registry = new SimpleMeterRegistry();
        try (Mesh mesh = Mesh.builder()
                .workload(Workload.of("reviews"))
                .policy(PolicySource.of(InboundExample.POLICY))
                .metrics(MeshMetrics.bindTo(registry).withIstioNames())
                .build()) {
            HttpServer server = InboundExample.serve(mesh);
            assertThat(status(server, "GET", "/api/7")).isEqualTo("200");
            assertThat(status(server, "GET", "/admin")).isEqualTo("403");
            assertThat(status(server, "GET", "/api/7", "Host: admin\r\n")).isEqualTo("400");
            status(server, "GET", "/api/8"); // the one thread of the server has counted the others before
            for (String status : List.of("200", "403", "400")) {
                assertThat(registry.get("istio.requests")
                                .tags("reporter", "destination", "destination_workload", "reviews")
                                .tags("connection_security_policy", "none", "response_code", status)
                                .counter()
                                .count())
                        .as(status)
                        .isPositive();
            }
            server.stop(0);
        }
    }

    @Test
    void without_a_policy_nothing_comes_in() throws IOException {
        try (Mesh mesh = mesh(null)) {
            HttpServer server = InboundExample.serve(mesh);
            assertThat(status(server, "GET", "/api/7")).isEqualTo("503");
            server.stop(0);
        }
    }

    @Test
    void claims_are_those_of_the_own_request_while_others_come_in() throws Exception {
        KeyPairGenerator generator = KeyPairGenerator.getInstance("EC");
        generator.initialize(new ECGenParameterSpec("secp256r1"));
        KeyPair keys = generator.generateKeyPair();
        ECPoint point = ((ECPublicKey) keys.getPublic()).getW();
        String policy = InboundExample.POLICY
                .replace("\"services\"", """
                        "jwtProviders": { "corp": { "issuer": "https://id", "jwks": { "keys": [{ "kty": "EC", "crv": "P-256",
                          "x": "%s", "y": "%s" }] } } },
                        "services\"""".formatted(text(point.getAffineX()), text(point.getAffineY())))
                .replace("\"hosts\"", "\"requestAuthentication\": { \"provider\": \"corp\" }, \"hosts\"");
        CountDownLatch firstIsIn = new CountDownLatch(1);
        CountDownLatch secondIsIn = new CountDownLatch(1);
        Map<String, Object> seen = new ConcurrentHashMap<>();
        ExecutorService threads = Executors.newCachedThreadPool();
        try (Mesh mesh = mesh(policy)) {
            HttpServer server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
            server.setExecutor(threads);
            server.createContext("/", exchange -> {
                        String path = exchange.getRequestURI().getPath();
                        try {
                            if (path.equals("/api/first")) {
                                firstIsIn.countDown();
                                secondIsIn.await();
                            }
                        } catch (InterruptedException e) {
                            throw new IOException(e);
                        }
                        secondIsIn.countDown();
                        seen.put(path, MeshFilter.claims(exchange).get("sub"));
                        exchange.sendResponseHeaders(200, -1);
                        exchange.close();
                    })
                    .getFilters()
                    .add(new MeshFilter(mesh.inbound()));
            server.start();
            Future<String> first = threads.submit(
                    () -> status(server, "GET", "/api/first", "Authorization: Bearer " + token(keys, "one") + "\r\n"));
            while (!first.isDone() && !firstIsIn.await(10, TimeUnit.MILLISECONDS)) {
                // it is admitted or answered
            }
            assertThat(first.isDone() ? first.get() : "is in").isEqualTo("is in");
            assertThat(status(server, "GET", "/api/second", "Authorization: Bearer " + token(keys, "two") + "\r\n"))
                    .isEqualTo("200");
            assertThat(first.get()).isEqualTo("200");
            server.stop(0);
        } finally {
            threads.shutdownNow();
        }
        assertThat(seen).isEqualTo(Map.of("/api/first", "one", "/api/second", "two"));
    }

    private static String token(KeyPair keys, String subject) throws GeneralSecurityException {
        String signed = text("{\"alg\":\"ES256\"}") + "."
                + text("{\"iss\":\"https://id\",\"aud\":\"reviews\",\"sub\":\"" + subject + "\",\"exp\":4102444800}");
        Signature signature = Signature.getInstance("SHA256withECDSAinP1363Format");
        signature.initSign(keys.getPrivate());
        signature.update(signed.getBytes(StandardCharsets.US_ASCII));
        return signed + "." + Base64.getUrlEncoder().withoutPadding().encodeToString(signature.sign());
    }

    private static String text(String json) {
        return Base64.getUrlEncoder().withoutPadding().encodeToString(json.getBytes(StandardCharsets.US_ASCII));
    }

    /** A coordinate, in 32 bytes. */
    private static String text(BigInteger coordinate) {
        byte[] bytes = new byte[32];
        for (int i = 0; i < bytes.length; i++) {
            bytes[i] = coordinate.shiftRight(8 * (31 - i)).byteValue();
        }
        return Base64.getUrlEncoder().withoutPadding().encodeToString(bytes);
    }

    @Test
    void a_token_that_is_not_valid_is_401() throws IOException {
        String policy = InboundExample.POLICY
                .replace("\"services\"", """
                        "jwtProviders": { "corp": { "issuer": "https://id", "jwks": { "keys": [{ "kty": "EC", "crv": "P-256",
                          "x": "f83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVEU",
                          "y": "x_FEzRu9m36HLN_tue659LNpXW6pCyStikYjKIWI5a0" }] } } },
                        "services\"""")
                .replace("\"hosts\"", "\"requestAuthentication\": { \"provider\": \"corp\" }, \"hosts\"");
        try (Mesh mesh = mesh(policy)) {
            HttpServer server = InboundExample.serve(mesh);
            assertThat(status(server, "GET", "/api/7", "Authorization: Bearer a.b.c\r\n"))
                    .isEqualTo("401");
            assertThat(status(server, "GET", "/api/7")).isEqualTo("200");
            server.stop(0);
        }
    }

    @Test
    void the_peer_is_who_its_certificate_says(@TempDir Path directory) throws Exception {
        String policy = InboundExample.POLICY.replace(
                "{ \"to\"",
                "{ \"from\": [{ \"source\": { \"principals\": [\"shop.example/ns/prod/sa/storefront\"] } }], \"to\"");
        KeyStore storefront = keyStore(directory.resolve("a"), "spiffe://shop.example/ns/prod/sa/storefront");
        KeyStore other = keyStore(directory.resolve("b"), "spiffe://shop.example/ns/prod/sa/other");
        try (Mesh mesh = mesh(policy)) {
            HttpsServer server = server(mesh, context(storefront, List.of(storefront, other)));
            assertThat(status(server, context(storefront, List.of(storefront)))).isEqualTo(200);
            assertThat(status(server, context(other, List.of(storefront)))).isEqualTo(403);
            assertThat(status(server, context(null, List.of(storefront)))).isEqualTo(403);
            server.stop(0);
        }
    }

    /** It may be the one that the rule means. */
    @Test
    void an_id_that_is_not_legal_is_not_outside_of_notPrincipals(@TempDir Path directory) throws Exception {
        String policy = InboundExample.POLICY.replace(
                "{ \"to\"",
                "{ \"from\": [{ \"source\": { \"notPrincipals\": [\"shop.example/ns/prod/sa/storefront\"] } }], \"to\"");
        KeyStore own = keyStore(directory.resolve("a"), "spiffe://shop.example/ns/prod/sa/reviews");
        KeyStore twice = keyStore(
                directory.resolve("b"), "spiffe://shop.example/ns/prod/sa/storefront,uri:https://shop.example");
        KeyStore none = keyStore(directory.resolve("c"), "https://shop.example");
        try (Mesh mesh = mesh(policy)) {
            HttpsServer server = server(mesh, context(own, List.of(own, twice, none)));
            assertThat(status(server, context(null, List.of(own)))).isEqualTo(200);
            assertThat(status(server, context(none, List.of(own)))).isEqualTo(200);
            assertThat(status(server, context(twice, List.of(own)))).isEqualTo(403);
            server.stop(0);
        }
    }

    private static HttpsServer server(Mesh mesh, SSLContext context) throws IOException {
        HttpsServer server = HttpsServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        server.setHttpsConfigurator(new HttpsConfigurator(context) {
            @Override
            public void configure(HttpsParameters parameters) {
                SSLParameters wanted = context.getDefaultSSLParameters();
                wanted.setWantClientAuth(true);
                parameters.setSSLParameters(wanted);
            }
        });
        server.createContext("/", exchange -> {
                    exchange.sendResponseHeaders(200, -1);
                    exchange.close();
                })
                .getFilters()
                .add(new MeshFilter(mesh.inbound()));
        server.start();
        return server;
    }

    private static int status(HttpServer server, SSLContext context) throws IOException, InterruptedException {
        HttpClient client = HttpClient.newBuilder().sslContext(context).build();
        URI uri = URI.create("https://localhost:" + server.getAddress().getPort() + "/api/7");
        return client.send(HttpRequest.newBuilder(uri).build(), HttpResponse.BodyHandlers.discarding())
                .statusCode();
    }

    /** A key and a self-signed certificate, by the JDK's keytool. */
    private static KeyStore keyStore(Path file, String spiffeId) throws Exception {
        List<String> command = new ArrayList<>(List.of(
                Path.of(System.getProperty("java.home"), "bin", "keytool").toString(),
                "-genkeypair",
                "-alias",
                file.getFileName().toString(),
                "-keyalg",
                "EC",
                "-dname",
                "CN=test",
                "-ext",
                "san=uri:" + spiffeId + ",dns:localhost,ip:127.0.0.1",
                "-storetype",
                "PKCS12",
                "-keystore",
                file.toString(),
                "-storepass",
                "changeit"));
        Process keytool = new ProcessBuilder(command).redirectErrorStream(true).start();
        String said = new String(keytool.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(keytool.waitFor()).as(said).isZero();
        KeyStore store = KeyStore.getInstance("PKCS12");
        try (InputStream in = Files.newInputStream(file)) {
            store.load(in, "changeit".toCharArray());
        }
        return store;
    }

    private static SSLContext context(@Nullable KeyStore own, List<KeyStore> trusted) throws Exception {
        KeyStore trust = KeyStore.getInstance("PKCS12");
        trust.load(null, null);
        for (KeyStore store : trusted) {
            String alias = store.aliases().nextElement();
            trust.setCertificateEntry(alias, store.getCertificate(alias));
        }
        TrustManagerFactory trusts = TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
        trusts.init(trust);
        KeyManagerFactory keys = KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
        if (own != null) {
            keys.init(own, "changeit".toCharArray());
        }
        SSLContext context = SSLContext.getInstance("TLS");
        context.init(own == null ? null : keys.getKeyManagers(), trusts.getTrustManagers(), null);
        return context;
    }
}
