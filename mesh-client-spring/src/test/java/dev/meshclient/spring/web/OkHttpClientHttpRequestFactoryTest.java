package dev.meshclient.spring.web;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowable;

import dev.meshclient.Mesh;
import dev.meshclient.MeshOptions;
import dev.meshclient.registry.PolicySource;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import mockwebserver3.Dispatcher;
import mockwebserver3.MockResponse;
import mockwebserver3.MockWebServer;
import mockwebserver3.RecordedRequest;
import okhttp3.OkHttpClient;
import okio.Buffer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.EnumSource;
import org.springframework.core.io.InputStreamResource;
import org.springframework.http.HttpMethod;
import org.springframework.http.StreamingHttpOutputMessage;
import org.springframework.http.client.ClientHttpRequest;
import org.springframework.http.client.ClientHttpRequestFactory;
import org.springframework.http.client.ClientHttpResponse;
import org.springframework.web.client.HttpClientErrorException;
import org.springframework.web.client.HttpServerErrorException;
import org.springframework.web.client.ResourceAccessException;
import org.springframework.web.client.RestClient;
import org.springframework.web.client.RestTemplate;

/** What a request factory has beside the cases of all transports, plain and in the mesh. */
@ParameterizedClass
@EnumSource
class OkHttpClientHttpRequestFactoryTest {
    enum Edge {
        PLAIN,
        MESH
    }

    private final Edge edge;
    private final MockWebServer server = new MockWebServer();
    private final ConcurrentLinkedQueue<MockResponse> answers = new ConcurrentLinkedQueue<>();
    private final BlockingQueue<RecordedRequest> requests = new LinkedBlockingQueue<>();
    private Mesh mesh;
    private String url;
    private ClientHttpRequestFactory factory;
    private RestClient client;

    OkHttpClientHttpRequestFactoryTest(Edge edge) {
        this.edge = edge;
    }

    @BeforeEach
    void start() throws IOException {
        server.setDispatcher(new Dispatcher() {
            @Override
            public MockResponse dispatch(RecordedRequest request) {
                requests.add(request);
                MockResponse answer = answers.poll();
                return answer == null ? echo(request) : answer;
            }
        });
        server.start();
        mesh = Mesh.builder()
                .policy(PolicySource.of("""
                        {"apiVersion": "meshclient.dev/v1", "kind": "MeshPolicy", "metadata": {"mesh": "shop", "version": 1},
                         "services": {"orders": {"hosts": ["orders"], "endpoints": [{"address": "127.0.0.1", "port": %d}]}}}
                        """.formatted(server.getPort())))
                .snapshotDirectory(null)
                .build();
        url = edge == Edge.MESH ? "http://orders" : "http://127.0.0.1:" + server.getPort();
        OkHttpClient okhttp = new OkHttpClient();
        factory = new OkHttpClientHttpRequestFactory(edge == Edge.MESH ? mesh.wrap(okhttp) : okhttp);
        client = RestClient.builder().baseUrl(url).requestFactory(factory).build();
    }

    @AfterEach
    void stop() {
        mesh.close();
        server.close();
    }

    private static MockResponse echo(RecordedRequest request) {
        MockResponse.Builder answer = new MockResponse.Builder();
        request.getHeaders().values("Mine").forEach(value -> answer.addHeader("Mine", value));
        return request.getBody() == null
                ? answer.build()
                : answer.body(new Buffer().write(request.getBody())).build();
    }

    private RecordedRequest request() throws InterruptedException {
        RecordedRequest request = requests.poll(2, TimeUnit.MINUTES);
        assertThat(request).isNotNull();
        return request;
    }

    private ClientHttpRequest to(String path, HttpMethod method) throws IOException {
        return factory.createRequest(URI.create(url + path), method);
    }

    @Test
    void the_status_is_that_of_the_response() throws IOException {
        answers.add(new MockResponse.Builder().status("HTTP/1.1 404 Not here").build());
        ClientHttpRequest request = to("/status/notfound", HttpMethod.GET);
        assertThat(request.getMethod()).isEqualTo(HttpMethod.GET);
        assertThat(request.getURI()).isEqualTo(URI.create(url + "/status/notfound"));
        try (ClientHttpResponse response = request.execute()) {
            assertThat(response.getStatusCode().value()).isEqualTo(404);
            assertThat(response.getStatusText()).isEqualTo("Not here");
        }
    }

    @Test
    void a_status_that_http_does_not_have_is_an_io_exception_and_frees_the_connection() {
        answers.add(new MockResponse.Builder()
                .status("HTTP/1.1 099 Odd")
                .body("odd")
                .build());
        assertThatThrownBy(() -> client.get().uri("/odd").retrieve().toBodilessEntity())
                .isInstanceOf(ResourceAccessException.class)
                .cause()
                .isExactlyInstanceOf(IOException.class)
                .hasMessage("the response to GET " + url
                        + "/odd has the status 99; HTTP has those from 100 to 999: correct the service");
        client.get().uri("/next").retrieve().toBodilessEntity();
        assertThat(requests).extracting(RecordedRequest::getConnectionIndex).containsExactly(0, 0);
    }

    @Test
    void a_streamed_body_is_chunked_unless_its_length_is_stated() throws Exception {
        for (long length : new long[] {-1, 5}) {
            ClientHttpRequest request = to("/echo", HttpMethod.POST);
            if (length >= 0) {
                request.getHeaders().setContentLength(length);
            }
            ((StreamingHttpOutputMessage) request).setBody(out -> {
                out.write("hel".getBytes(StandardCharsets.UTF_8));
                out.close(); // does not end the request
                out.write("lo".getBytes(StandardCharsets.UTF_8));
            });
            try (ClientHttpResponse response = request.execute()) {
                assertThat(response.getBody()).hasContent("hello");
            }
            RecordedRequest seen = request();
            assertThat(seen.getHeaders().get("Transfer-Encoding")).isEqualTo(length < 0 ? "chunked" : null);
            assertThat(seen.getHeaders().get("Content-Length")).isEqualTo(length < 0 ? null : "5");
        }
    }

    @Test
    void a_request_is_executed_once_and_not_changed_afterwards() throws IOException {
        ClientHttpRequest request = to("/echo", HttpMethod.POST);
        OutputStream body = request.getBody();
        body.write('a');
        request.execute().close();
        assertThatThrownBy(request::getBody).isInstanceOf(IllegalStateException.class);
        assertThatThrownBy(request::execute).isInstanceOf(IllegalStateException.class);
        assertThatThrownBy(() -> request.getHeaders().add("Mine", "c"))
                .isInstanceOf(UnsupportedOperationException.class);
        assertThatThrownBy(() -> ((StreamingHttpOutputMessage) request).setBody(out -> {}))
                .isInstanceOf(IllegalStateException.class);
    }

    @Test
    void a_body_is_buffered_or_streamed_not_both() throws IOException {
        ClientHttpRequest buffered = to("/echo", HttpMethod.POST);
        buffered.getBody().write('a');
        assertThatThrownBy(() -> ((StreamingHttpOutputMessage) buffered).setBody(out -> {}))
                .isInstanceOf(IllegalStateException.class);
        ClientHttpRequest streamed = to("/echo", HttpMethod.POST);
        ((StreamingHttpOutputMessage) streamed).setBody(out -> {});
        assertThatThrownBy(streamed::getBody).isInstanceOf(IllegalStateException.class);
    }

    @Test
    void a_body_that_okhttp_does_not_send_is_refused_before_the_call() {
        for (HttpMethod method : List.of(HttpMethod.GET, HttpMethod.HEAD)) {
            assertThatThrownBy(() -> client.method(method)
                            .uri("/m")
                            .body("text")
                            .retrieve()
                            .toBodilessEntity())
                    .isInstanceOf(ResourceAccessException.class)
                    .cause()
                    .isInstanceOf(IOException.class)
                    .hasMessage(
                            "OkHttp sends no body with " + method + ": " + url + "/m; use POST, or leave the body out");
        }
        assertThat(requests).isEmpty();
    }

    @Test
    void a_uri_that_is_not_absolute_and_a_bad_header_are_refused_by_name() {
        RestClient without = RestClient.builder().requestFactory(factory).build();
        assertThatThrownBy(() -> without.get().uri("/7").retrieve().toBodilessEntity())
                .cause()
                .hasMessage(
                        "OkHttp calls absolute http: and https: URIs, not '/7'; state a base URL, such as http://orders");
        assertThatThrownBy(() ->
                        client.get().uri("/7").header("Mine", "a\nb").retrieve().toBodilessEntity())
                .isInstanceOf(ResourceAccessException.class)
                .cause()
                .hasMessageContaining("OkHttp cannot send GET " + url + "/7: Unexpected char");
    }

    @Test
    void query_parameters_arrive_as_they_are_encoded() throws Exception {
        client.get()
                .uri("/search?q={q}&empty=&plus={plus}", "ä b&c", "a+b")
                .retrieve()
                .toBodilessEntity();
        assertThat(request().getTarget()).isEqualTo("/search?q=%C3%A4%20b%26c&empty=&plus=a%2Bb");
    }

    @Test
    void failures_of_the_service_have_the_exceptions_of_spring() {
        answers.add(new MockResponse.Builder().code(404).body("not there").build());
        assertThatThrownBy(() -> client.get().uri("/s").retrieve().body(String.class))
                .isInstanceOfSatisfying(
                        HttpClientErrorException.NotFound.class,
                        e -> assertThat(e.getResponseBodyAsString()).isEqualTo("not there"));
        answers.add(new MockResponse.Builder().code(500).build());
        assertThatThrownBy(() -> client.get().uri("/s").retrieve().body(String.class))
                .isInstanceOf(HttpServerErrorException.InternalServerError.class);
        answers.add(new MockResponse.Builder().code(799).build());
        assertThat(client.get()
                        .uri("/s")
                        .retrieve()
                        .toBodilessEntity()
                        .getStatusCode()
                        .value())
                .isEqualTo(799); // no error for Spring
    }

    @Test
    void what_the_body_throws_is_what_the_caller_gets() {
        IOException broken = new IOException("the file is gone");
        assertThatThrownBy(() -> client.post()
                        .uri("/file")
                        .body(out -> {
                            throw broken;
                        })
                        .retrieve()
                        .toBodilessEntity())
                .isInstanceOf(ResourceAccessException.class)
                .rootCause()
                .hasMessage("the file is gone");
        IllegalStateException bug = new IllegalStateException("a bug");
        assertThat(catchThrowable(() -> client.post()
                        .uri("/file")
                        .body(out -> {
                            throw bug;
                        })
                        .retrieve()
                        .toBodilessEntity()))
                .isSameAs(bug);
    }

    @Test
    void a_rest_template_works_too() {
        answers.add(new MockResponse.Builder().body("order 7").build());
        assertThat(new RestTemplate(factory).getForObject(url + "/7", String.class))
                .isEqualTo("order 7");
    }

    @Test
    void a_body_that_can_be_written_again_is_retried_and_another_is_not() {
        if (edge == Edge.PLAIN) {
            return; // OkHttp itself repeats no 503
        }
        MeshOptions idempotent = MeshOptions.DEFAULT.withIdempotent();
        answers.add(new MockResponse.Builder().code(503).build());
        assertThat(client.post()
                        .uri("/o")
                        .attribute(OkHttpClientHttpRequestFactory.MESH_OPTIONS, idempotent)
                        .body("again")
                        .retrieve()
                        .body(String.class))
                .isEqualTo("again");
        answers.add(new MockResponse.Builder().code(503).build());
        assertThatThrownBy(() -> client.post()
                        .uri("/o")
                        .attribute(OkHttpClientHttpRequestFactory.MESH_OPTIONS, idempotent)
                        .body(new InputStreamResource(InputStream.nullInputStream()))
                        .retrieve()
                        .body(String.class))
                .isInstanceOf(HttpServerErrorException.ServiceUnavailable.class);
        answers.add(new MockResponse.Builder().code(503).build());
        assertThatThrownBy(() -> client.post().uri("/o").body("once").retrieve().body(String.class))
                .isInstanceOf(HttpServerErrorException.ServiceUnavailable.class);
    }
}
