package dev.meshclient.internal.okhttp.attempt;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

import dev.meshclient.Documents;
import dev.meshclient.Mesh;
import dev.meshclient.contract.RefusingPort;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.net.ConnectException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Proxy;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CopyOnWriteArrayList;
import mockwebserver3.MockResponse;
import mockwebserver3.MockWebServer;
import okhttp3.Call;
import okhttp3.Connection;
import okhttp3.EventListener;
import okhttp3.OkHttpClient;
import okhttp3.Protocol;
import okhttp3.Request;
import okhttp3.Response;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Listeners, network interceptors and messages show where a connection leads, not the port of the URL. */
class ShownAddressTest {
    private final List<InetSocketAddress> shown = new CopyOnWriteArrayList<>();
    private final List<String> failures = new CopyOnWriteArrayList<>();
    private final List<Connection> used = new CopyOnWriteArrayList<>();

    private final OkHttpClient client = new OkHttpClient.Builder()
            .eventListener(new EventListener() {
                @Override
                public void connectStart(Call call, InetSocketAddress to, Proxy proxy) {
                    shown.add(to);
                }

                @Override
                public void connectEnd(Call call, InetSocketAddress to, Proxy proxy, Protocol protocol) {
                    shown.add(to);
                }

                @Override
                public void connectionAcquired(Call call, Connection connection) {
                    shown.add(connection.route().socketAddress());
                    used.add(connection);
                }

                @Override
                public void connectionReleased(Call call, Connection connection) {
                    shown.add(connection.route().socketAddress());
                    used.add(connection);
                }

                @Override
                public void connectFailed(
                        Call call, InetSocketAddress to, Proxy proxy, Protocol protocol, IOException ioe) {
                    shown.add(to);
                    failures.add(ioe.getMessage());
                }
            })
            .authenticator((route, response) -> {
                shown.add(route.socketAddress());
                return response.priorResponse() == null
                        ? response.request()
                                .newBuilder()
                                .header("Authorization", "again")
                                .build()
                        : null;
            })
            .addNetworkInterceptor(chain -> {
                shown.add(chain.connection().route().socketAddress());
                used.add(chain.connection());
                return chain.proceed(chain.request());
            })
            .build();

    private static Mesh mesh(String host, int port) {
        return Mesh.builder()
                .policy(Documents.mesh("test")
                        .services(
                                Documents.service("orders", host).endpoint(port).with("'retry': {'attempts': 0}"))
                        .source())
                .drainTimeout(Duration.ZERO)
                .build();
    }

    private static Request get(String host) {
        return new Request.Builder().url("http://" + host + "/").build();
    }

    @ParameterizedTest
    @ValueSource(strings = {"orders", "192.0.2.7"})
    void a_connection_shows_the_address_and_port_of_its_endpoint(String host) throws Exception {
        MockWebServer server = new MockWebServer();
        server.start(InetAddress.getLoopbackAddress(), 0);
        server.enqueue(new MockResponse.Builder().code(401).build());
        server.enqueue(new MockResponse.Builder().body("ok").build());
        try (server;
                Mesh mesh = mesh(host, server.getPort());
                Response response = mesh.wrap(client).newCall(get(host)).execute()) {
            assertThat(response.body().string()).isEqualTo("ok");
            assertThat(used).hasSize(4);
            assertThat(Set.copyOf(used)).as("acquired, seen twice, released").hasSize(1);
            assertThat(used.get(1)).isSameAs(used.get(0));
            assertThat(shown).hasSize(7).allSatisfy(address -> {
                assertThat(address.getPort()).isEqualTo(server.getPort());
                assertThat(address.getAddress().getHostAddress()).isEqualTo("127.0.0.1");
            });
            assertThat(response.request().url()).hasToString("http://" + host + "/");
        }
    }

    @Test
    void a_refused_connection_names_no_other_port_than_that_of_the_endpoint() throws Exception {
        try (RefusingPort dead = RefusingPort.open();
                Mesh mesh = mesh("orders", dead.port())) {
            Throwable failure = catchThrowable(mesh.wrap(client).newCall(get("orders"))::execute);
            assertThat(failure).isExactlyInstanceOf(ConnectException.class);
            StringWriter stack = new StringWriter();
            failure.printStackTrace(new PrintWriter(stack));
            assertThat(stack.toString())
                    .contains("Failed to connect to 127.0.0.1:" + dead.port() + ", an endpoint of 'orders'")
                    .contains("Connection refused")
                    .doesNotContain("127.0.0.1:80\n")
                    .doesNotContain("127.0.0.1:80,");
            assertThat(failures).containsExactly("Failed to connect to orders/127.0.0.1:" + dead.port());
            assertThat(shown).allMatch(address -> address.getPort() == dead.port());
        }
    }
}
