package dev.meshclient.internal.okhttp.client;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.Stream;
import okhttp3.Interceptor;
import okhttp3.OkHttpClient;
import okhttp3.Protocol;
import okhttp3.Request;
import okhttp3.Response;
import org.junit.jupiter.api.Test;

/** The settings of the caller's client that an inner client takes over. */
class CallerSettingsTest {
    private final OkHttpClient client = new OkHttpClient.Builder()
            .addNetworkInterceptor(chain -> chain.proceed(chain.request()))
            .build();

    private final Interceptor ours = chain -> chain.proceed(chain.request());

    private List<Interceptor> wire(List<Interceptor> callers) {
        return Stream.concat(Stream.of(ours), callers.stream()).toList();
    }

    private interface Change {
        Interceptor.Chain on(Interceptor.Chain chain);
    }

    /** As the mesh's interceptor would see the call: below one that changes something. */
    private CallerSettings seen(OkHttpClient of, boolean webSocket, Change change) throws IOException {
        AtomicReference<CallerSettings> seen = new AtomicReference<>();
        Interceptor upper = chain -> change.on(chain).proceed(chain.request());
        Interceptor mesh = chain -> {
            seen.set(CallerSettings.of(of, chain, webSocket));
            return new Response.Builder()
                    .request(chain.request())
                    .protocol(Protocol.HTTP_1_1)
                    .code(200)
                    .message("")
                    .build();
        };
        of.newBuilder()
                .addInterceptor(upper)
                .addInterceptor(mesh)
                .build()
                .newCall(new Request.Builder().url("http://orders/").build())
                .execute()
                .close();
        return Objects.requireNonNull(seen.get());
    }

    @Test
    void a_web_socket_speaks_http_1_without_network_interceptors() throws Exception {
        CallerSettings settings = seen(client, true, chain -> chain);
        OkHttpClient inner = settings.derive(client, this::wire).build();
        assertThat(inner.protocols()).isEqualTo(List.of(Protocol.HTTP_1_1));
        assertThat(inner.networkInterceptors()).isEqualTo(List.of(ours));
    }

    @Test
    void any_other_call_is_as_its_client_says() throws Exception {
        CallerSettings settings = seen(client, false, chain -> chain);
        OkHttpClient inner = settings.derive(client, this::wire).build();
        assertThat(inner.protocols()).isEqualTo(client.protocols());
        assertThat(inner.networkInterceptors()).hasSize(2);
    }

    @Test
    void clients_that_want_the_same_have_equal_settings() throws Exception {
        OkHttpClient another = client.newBuilder().build();
        assertThat(seen(another, false, chain -> chain)).isEqualTo(seen(client, false, chain -> chain));
    }

    @Test
    void what_an_interceptor_changes_for_one_call_counts() throws Exception {
        CallerSettings changed = seen(client, false, chain -> chain.withReadTimeout(7, TimeUnit.SECONDS));
        assertThat(changed.readTimeoutMillis()).isEqualTo(7_000);
        assertThat(changed).isNotEqualTo(seen(client, false, chain -> chain));
    }
}
