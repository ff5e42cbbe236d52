package dev.meshclient.traps;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.meshclient.Documents;
import dev.meshclient.Mesh;
import dev.meshclient.contract.RefusingPort;
import java.io.IOException;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CopyOnWriteArrayList;
import mockwebserver3.Dispatcher;
import mockwebserver3.MockResponse;
import mockwebserver3.MockWebServer;
import mockwebserver3.RecordedRequest;
import okhttp3.Cookie;
import okhttp3.CookieJar;
import okhttp3.HttpUrl;
import okhttp3.OkHttpClient;
import okhttp3.Request;
import okhttp3.Response;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** {@code consistentHash.httpCookie} with the cookie jar of a client: its cookies are on no request that the mesh sees. */
class HashedCookieTest {
    private static final String BY_COOKIE = "'loadBalancer': {'consistentHash': {'httpCookie': {'name': 'session'}}}";

    private final List<MockWebServer> servers = new ArrayList<>();
    private final Jar jar = new Jar();

    /** One cookie, or none. */
    private static final class Jar implements CookieJar {
        final List<HttpUrl> asked = new CopyOnWriteArrayList<>();
        volatile List<Cookie> cookies = List.of();

        @Override
        public void saveFromResponse(HttpUrl url, List<Cookie> saved) {
            cookies = saved;
        }

        @Override
        public List<Cookie> loadForRequest(HttpUrl url) {
            asked.add(url);
            return cookies;
        }
    }

    @AfterEach
    void close() {
        servers.forEach(MockWebServer::close);
    }

    /** Each answers with its port; the first response to a client sets its session. */
    private Documents document(int endpoints, String settings) throws IOException {
        Documents.Service orders = Documents.service("orders").with(settings);
        for (int i = 0; i < endpoints; i++) {
            MockWebServer server = new MockWebServer();
            server.setDispatcher(new Dispatcher() {
                @Override
                public MockResponse dispatch(RecordedRequest request) {
                    MockResponse.Builder response = new MockResponse.Builder().body("" + server.getPort());
                    return request.getHeaders().get("Cookie") == null
                            ? response.addHeader(
                                            "Set-Cookie",
                                            "session=" + request.getTarget().substring(1))
                                    .build()
                            : response.build();
                }
            });
            server.start();
            servers.add(server);
            orders = orders.endpoint("127.0.0.1", server.getPort(), "'weight': 1");
        }
        return Documents.mesh("traps").services(orders);
    }

    private static String get(OkHttpClient http, String path, String cookie) throws IOException {
        Request.Builder request = new Request.Builder().url("http://orders/" + path);
        if (!cookie.isEmpty()) {
            request.header("Cookie", cookie);
        }
        try (Response response = http.newCall(request.build()).execute()) {
            return response.body().string();
        }
    }

    @Test
    void a_cookie_of_the_jar_decides_as_one_of_the_request_does() throws Exception {
        try (Mesh mesh = Mesh.builder().policy(document(4, BY_COOKIE).source()).build()) {
            OkHttpClient plain = mesh.wrap(new OkHttpClient());
            OkHttpClient withJar =
                    mesh.wrap(new OkHttpClient.Builder().cookieJar(jar).build());
            Set<String> used = new HashSet<>();
            for (int i = 0; i < 12; i++) {
                jar.cookies = List.of();
                get(withJar, "user-" + i, ""); // at random
                assertThat(jar.cookies).extracting(Cookie::value).containsExactly("user-" + i);
                String endpoint = get(plain, "", "session=user-" + i);
                assertThat(get(withJar, "", "")).isEqualTo(endpoint);
                assertThat(get(withJar, "", "session=other")).isEqualTo(endpoint); // OkHttp replaces the header
                used.add(endpoint);
            }
            assertThat(used).hasSizeGreaterThan(1);
        }
    }

    /** Over TLS, so that it has the secure ones. */
    @Test
    void the_jar_is_asked_by_the_url_that_is_sent() throws Exception {
        try (RefusingPort refusing = RefusingPort.open();
                Mesh mesh = Mesh.builder()
                        .policy(Documents.mesh("traps")
                                .services(Documents.service("orders")
                                        .endpoint("127.0.0.1", refusing.port(), "'weight': 1")
                                        .with(BY_COOKIE + ", 'retry': {'attempts': 0}, 'tls': {'mode': 'SIMPLE'}"))
                                .source())
                        .build()) {
            OkHttpClient http =
                    mesh.wrap(new OkHttpClient.Builder().cookieJar(jar).build());
            assertThatThrownBy(() -> get(http, "x", "")).isInstanceOf(IOException.class);
            assertThat(jar.asked).isNotEmpty().allMatch(HttpUrl::isHttps);
        }
    }

    @Test
    void the_jar_is_asked_once_for_a_choice_whose_endpoint_is_full() throws Exception {
        try (Mesh mesh = Mesh.builder()
                .policy(document(2, BY_COOKIE + ", 'limits': {'maxRequestsPerEndpoint': 1}")
                        .source())
                .build()) {
            OkHttpClient http =
                    mesh.wrap(new OkHttpClient.Builder().cookieJar(jar).build());
            get(http, "jane", "");
            try (Response open = http.newCall(
                            new Request.Builder().url("http://orders/").build())
                    .execute()) {
                jar.asked.clear();
                assertThat(get(http, "", "")).isNotEqualTo(open.body().string());
                assertThat(jar.asked).as("by the mesh, and for the header").hasSize(2);
            }
        }
    }

    @Test
    void without_it_the_jar_is_asked_once_for_each_attempt() throws Exception {
        try (Mesh mesh = Mesh.builder().policy(document(2, "").source()).build()) {
            get(mesh.wrap(new OkHttpClient.Builder().cookieJar(jar).build()), "x", "");
            assertThat(jar.asked).hasSize(1);
        }
    }
}
