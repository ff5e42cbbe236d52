package dev.meshclient.opentelemetry;

import dev.meshclient.Mesh;
import dev.meshclient.registry.PolicySource;
import io.opentelemetry.api.common.AttributeKey;
import io.opentelemetry.instrumentation.testing.junit.InstrumentationExtension;
import io.opentelemetry.instrumentation.testing.junit.http.AbstractHttpClientTest;
import io.opentelemetry.instrumentation.testing.junit.http.HttpClientInstrumentationExtension;
import io.opentelemetry.instrumentation.testing.junit.http.HttpClientResult;
import io.opentelemetry.instrumentation.testing.junit.http.HttpClientTestOptions;
import java.io.IOException;
import java.net.URI;
import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import okhttp3.Call;
import okhttp3.Callback;
import okhttp3.Headers;
import okhttp3.OkHttpClient;
import okhttp3.Protocol;
import okhttp3.Request;
import okhttp3.RequestBody;
import okhttp3.Response;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.extension.RegisterExtension;

/**
 * OpenTelemetry's suite for HTTP clients with a client that the mesh wraps. {@link OpenTelemetrySuiteTest} runs it.
 */
class WrappedClientSuite extends AbstractHttpClientTest<Request> {
    private static final String POLICY = """
            {"apiVersion": "meshclient.dev/v1", "kind": "MeshPolicy", "metadata": {"mesh": "suite"},
             "services": {"world": {"hosts": ["*"], "resolution": "NONE"}}}""";

    @RegisterExtension
    static final InstrumentationExtension OPEN_TELEMETRY = HttpClientInstrumentationExtension.forLibrary();

    private Mesh mesh;
    private OkHttpClient client;
    private OkHttpClient impatient;

    @BeforeAll
    void wrap() {
        mesh = Mesh.builder()
                .policy(PolicySource.lenient(POLICY))
                .openTelemetry(OPEN_TELEMETRY.getOpenTelemetry())
                .snapshotDirectory(null)
                .build();
        client = mesh.wrap(new OkHttpClient.Builder()
                .readTimeout(Duration.ofMinutes(2))
                .protocols(List.of(Protocol.HTTP_1_1))
                .retryOnConnectionFailure(false)
                .socketFactory(new LocalSockets())
                .build());
        impatient = client.newBuilder().readTimeout(readTimeout()).build();
    }

    @AfterAll
    void close() {
        mesh.close();
    }

    @Override
    protected void configure(HttpClientTestOptions.Builder options) {
        options.setMaxRedirects(21); // the request, and as many redirects as OkHttp follows
        options.setResponseCodeOnRedirectError(302);
        options.markAsLowLevelInstrumentation();
        Set<AttributeKey<?>> attributes = new HashSet<>(HttpClientTestOptions.DEFAULT_HTTP_ATTRIBUTES);
        attributes.remove(
                AttributeKey.stringKey("network.protocol.version")); // recommended; an attempt does not keep it
        options.setHttpAttributes(uri -> attributes);
    }

    @Override
    public Request buildRequest(String method, URI uri, Map<String, String> headers) {
        return new Request.Builder()
                .url(uri.toString())
                .method(method, method.startsWith("P") ? RequestBody.EMPTY : null)
                .headers(Headers.of(headers))
                .build();
    }

    @Override
    public int sendRequest(Request request, String method, URI uri, Map<String, String> headers) throws IOException {
        OkHttpClient caller = uri.getPath().equals("/read-timeout") ? impatient : client;
        try (Response response = caller.newCall(request).execute()) {
            return response.code();
        }
    }

    @Override
    public void sendRequestWithCallback(
            Request request, String method, URI uri, Map<String, String> headers, HttpClientResult result) {
        client.newCall(request).enqueue(new Callback() {
            @Override
            public void onFailure(Call call, IOException e) {
                result.complete(e);
            }

            @Override
            public void onResponse(Call call, Response response) {
                try (response) {
                    result.complete(response.code());
                }
            }
        });
    }
}
