package dev.meshclient.traps;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.meshclient.Documents;
import dev.meshclient.Mesh;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import okhttp3.Call;
import okhttp3.Callback;
import okhttp3.MediaType;
import okhttp3.OkHttpClient;
import okhttp3.Request;
import okhttp3.RequestBody;
import okhttp3.Response;
import okio.BufferedSink;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** OkHttp fails all calls of a broken HTTP/2 connection by one exception. */
class SharedFailureTest {
    private static final int CALLS = 5;

    private static Request post(String path) {
        return new Request.Builder()
                .url("http://orders" + path)
                .post(RequestBody.create("goods", null))
                .build();
    }

    @Test
    void each_call_of_a_broken_connection_has_a_decision_of_its_own() throws Exception {
        StringBuilder rules = new StringBuilder();
        for (int i = 0; i < CALLS; i++) {
            rules.append(i == 0 ? "" : ", ")
                    .append(
                            "{'name': 'rule-%d', 'matches': [{'path': {'value': '/%d'}}], 'backendRefs': [{'name': 'orders'}]}"
                                    .formatted(i, i));
        }
        try (RawServer server = RawServer.of(peer -> {
                    int first = Http2.request(peer);
                    peer.write(Http2.ok(first));
                    for (int i = 0; i < CALLS; i++) {
                        Http2.next(peer);
                    }
                    peer.reset();
                });
                Mesh mesh = Mesh.builder()
                        .policy(Documents.mesh("shared")
                                .services(Documents.service("orders")
                                        .endpoint("127.0.0.1", server.port())
                                        .with("'appProtocol': 'kubernetes.io/h2c', 'rules': [" + rules + "]"))
                                .source())
                        .build()) {
            OkHttpClient http = mesh.wrap(new OkHttpClient());
            http.newCall(post("/0")).execute().close();
            Map<String, IOException> failures = new ConcurrentHashMap<>();
            CountDownLatch over = new CountDownLatch(CALLS);
            for (int i = 0; i < CALLS; i++) {
                http.newCall(post("/" + i)).enqueue(new Callback() {
                    @Override
                    public void onFailure(Call call, IOException e) {
                        failures.put(call.request().url().encodedPath().substring(1), e);
                        over.countDown();
                    }

                    @Override
                    public void onResponse(Call call, Response response) {
                        response.close();
                        over.countDown();
                    }
                });
            }
            over.await();

            Map<String, String> decided = new TreeMap<>();
            failures.forEach((call, e) -> decided.put(call, Mesh.decision(e).rule()));
            assertThat(decided)
                    .isEqualTo(Map.of("0", "rule-0", "1", "rule-1", "2", "rule-2", "3", "rule-3", "4", "rule-4"));
            assertThat(failures.values())
                    .doesNotHaveDuplicates()
                    .allSatisfy(e -> assertThat(e.getSuppressed()).hasSize(1))
                    .allSatisfy(e -> assertThat(e.getClass().getName()).startsWith("java."));
        }
    }

    /** Of the caller's own making, without the constructor that a copy would need. */
    private static final class SoldOut extends IOException {
        private static final long serialVersionUID = 1;

        SoldOut(int left) {
            super("sold out, left: " + left, new IllegalStateException("stock"));
        }
    }

    static List<IOException> failuresOfCallers() {
        return List.of(new SoldOut(3), new FileNotFoundException("goods.bin"), new UncheckedCause("goods"));
    }

    /** Its only constructor of a text sets the cause, so that initCause throws. */
    public static final class UncheckedCause extends IOException {
        private static final long serialVersionUID = 1;

        public UncheckedCause(String text) {
            super(text, new IllegalStateException(text));
        }
    }

    @ParameterizedTest
    @MethodSource("failuresOfCallers")
    void what_the_callers_own_body_or_interceptor_throws_is_thrown_as_it_is_and_nothing_is_added(IOException own)
            throws Exception {
        RequestBody failing = new RequestBody() {
            @Override
            public @Nullable MediaType contentType() {
                return null;
            }

            @Override
            public void writeTo(BufferedSink sink) throws IOException {
                throw own;
            }
        };
        try (RawServer server = RawServer.of(RawServer.Peer::silence);
                Mesh mesh = Mesh.builder()
                        .policy(Documents.mesh("own")
                                .services(Documents.service("orders")
                                        .endpoint("127.0.0.1", server.port())
                                        .with("'appProtocol': 'kubernetes.io/h2c'"))
                                .source())
                        .build()) {
            Request failed =
                    new Request.Builder().url("http://orders/").post(failing).build();
            assertThatThrownBy(
                            () -> mesh.wrap(new OkHttpClient()).newCall(failed).execute())
                    .isSameAs(own)
                    .hasNoSuppressedExceptions();
            OkHttpClient refusing = new OkHttpClient.Builder()
                    .addNetworkInterceptor(chain -> {
                        throw own;
                    })
                    .build();
            assertThatThrownBy(() -> mesh.wrap(refusing).newCall(post("/")).execute())
                    .isSameAs(own)
                    .hasNoSuppressedExceptions();
        }
    }
}
