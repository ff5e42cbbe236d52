package dev.meshclient.spring;

import java.io.IOException;
import java.util.function.Function;
import javax.net.ssl.SSLSocketFactory;
import mockwebserver3.Dispatcher;
import mockwebserver3.MockResponse;
import mockwebserver3.MockWebServer;
import mockwebserver3.RecordedRequest;
import okhttp3.Call;
import okhttp3.Request;
import okhttp3.Response;
import org.jspecify.annotations.Nullable;

/** A service on this machine, and the policy that lists it as {@code orders}. */
public final class LocalService implements AutoCloseable {
    private final MockWebServer server = new MockWebServer();

    private LocalService(Function<RecordedRequest, MockResponse> answers, @Nullable SSLSocketFactory tls) {
        if (tls != null) {
            server.useHttps(tls);
        }
        server.setDispatcher(new Dispatcher() {
            @Override
            public MockResponse dispatch(RecordedRequest request) {
                return answers.apply(request);
            }
        });
        try {
            server.start();
        } catch (IOException e) {
            throw new IllegalStateException("no server on this machine", e);
        }
    }

    public static LocalService answering(String body) {
        return new LocalService(request -> new MockResponse.Builder().body(body).build(), null);
    }

    public static LocalService answeringByTls(Function<RecordedRequest, MockResponse> answers, SSLSocketFactory tls) {
        return new LocalService(answers, tls);
    }

    public static LocalService answering(Function<RecordedRequest, MockResponse> answers) {
        return new LocalService(answers, null);
    }

    public String url() {
        return "http://127.0.0.1:" + server.getPort();
    }

    public int port() {
        return server.getPort();
    }

    public int requests() {
        return server.getRequestCount();
    }

    /** A document that lists the service with this host and this server. */
    public String policy(String host) {
        return """
                {"apiVersion": "meshclient.dev/v1", "kind": "MeshPolicy", "metadata": {"mesh": "shop", "version": 7},
                 "services": {"%s": {"hosts": ["%s"], "endpoints": [{"address": "127.0.0.1", "port": %d}]}}}
                """.formatted(host, host, port());
    }

    /** The body of the answer to {@code GET url}. */
    public static String get(Call.Factory client, String url) throws IOException {
        try (Response response =
                client.newCall(new Request.Builder().url(url).build()).execute()) {
            return response.body().string();
        }
    }

    @Override
    public void close() {
        server.close();
    }
}
