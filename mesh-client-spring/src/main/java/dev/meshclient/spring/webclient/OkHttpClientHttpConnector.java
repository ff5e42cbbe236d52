package dev.meshclient.spring.webclient;

import dev.meshclient.InboundContext;
import dev.meshclient.MeshOptions;
import dev.meshclient.spring.web.MessageConversion;
import dev.meshclient.spring.web.OkHttpClientHttpRequestFactory;
import java.io.IOException;
import java.net.URI;
import java.util.Objects;
import java.util.concurrent.Executor;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.SynchronousQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import okhttp3.Call;
import okhttp3.HttpUrl;
import okhttp3.OkHttpClient;
import org.springframework.http.HttpMethod;
import org.springframework.http.client.reactive.ClientHttpConnector;
import org.springframework.http.client.reactive.ClientHttpRequest;
import org.springframework.http.client.reactive.ClientHttpResponse;
import org.springframework.scheduling.concurrent.CustomizableThreadFactory;
import reactor.core.publisher.Mono;
import reactor.core.scheduler.Scheduler;
import reactor.core.scheduler.Schedulers;

/**
 * OkHttp below {@code WebClient}. It works without a mesh as well.
 *
 * <pre>{@code
 * WebClient.builder().baseUrl("http://orders").clientConnector(new OkHttpClientHttpConnector(mesh.callFactory(client))).build();
 * }</pre>
 *
 * <p>The thread that subscribes never waits. A thread of the client's dispatcher makes the call and requests the buffers of the
 * request body one by one; another thread reads the response as far as the subscriber requests it. So a call occupies one thread
 * from its start to the end of its body, which a server with thousands of open streams does not want.
 *
 * <p>OkHttp's dispatcher runs five calls for each host at a time, and 64 in all, until their response headers; more wait.
 * {@code Mesh.callFactory} lifts the limit for each host, {@code Dispatcher.setMaxRequests} the other.
 *
 * <p>A body from a {@code Mono} is one buffer, and may be sent again by a retry: {@code bodyValue}, JSON, text and forms. A body
 * from a {@code Flux} is streamed, and sent once. OkHttp sends no body with GET and HEAD; such a request fails with an
 * {@code IOException}. Cancelling the subscription cancels the call.
 *
 * <p>From the Reactor context of the subscriber it takes the {@code Observation} that is current while the call is created, and
 * the {@link InboundContext} at {@link #INBOUND_CONTEXT}, else that of the thread that subscribes.
 */
public final class OkHttpClientHttpConnector implements ClientHttpConnector, AutoCloseable {
    /**
     * The name of the request attribute that holds {@link MeshOptions}:
     * {@code webClient.post().attribute(MESH_OPTIONS, MeshOptions.DEFAULT.withIdempotent())}.
     */
    public static final String MESH_OPTIONS = OkHttpClientHttpRequestFactory.MESH_OPTIONS;

    /**
     * The key in the Reactor context that holds the {@link InboundContext} of the request that is handled:
     * {@code mono.contextWrite(Context.of(INBOUND_CONTEXT, inbound))}. An inbound context in {@link MeshOptions} takes precedence.
     */
    public static final String INBOUND_CONTEXT = InboundContext.class.getName();

    private final Call.Factory calls;
    private final Scheduler readers;
    private final boolean ownsReaders;

    /**
     * Reads each response on a thread of its own, of which an idle one ends after a minute.
     *
     * @param calls an {@code OkHttpClient}, or another factory of calls, which the owner closes
     */
    public OkHttpClientHttpConnector(Call.Factory calls) {
        this(calls, Schedulers.fromExecutorService(threads()), true);
    }

    /**
     * @param calls an {@code OkHttpClient}, or another factory of calls, which the owner closes
     * @param readers runs what reads the responses: a thread for each that is read at a time, virtual ones for example. With fewer
     *     threads a response waits for the others
     */
    public OkHttpClientHttpConnector(Call.Factory calls, Executor readers) {
        this(
                calls,
                Schedulers.fromExecutor(Objects.requireNonNull(
                        readers, "readers must not be null: pass an executor, or leave this out")),
                false);
    }

    private OkHttpClientHttpConnector(Call.Factory calls, Scheduler readers, boolean ownsReaders) {
        this.calls = connecting(Objects.requireNonNull(calls, "calls must not be null: pass an OkHttpClient"));
        this.readers = readers;
        this.ownsReaders = ownsReaders;
    }

    /** Subclasses and other factories stay as they are: the client that they call is not visible. */
    private static Call.Factory connecting(Call.Factory calls) {
        return calls instanceof OkHttpClient client && client.getClass() == OkHttpClient.class
                ? client.newBuilder()
                        .addNetworkInterceptor(PublishedBody.CONNECTING)
                        .build()
                : calls;
    }

    /** None until a response is read, and none a minute after the last one: a connector that no one closes leaves none. */
    private static ExecutorService threads() {
        CustomizableThreadFactory daemons = new CustomizableThreadFactory("mesh-webclient-body-");
        daemons.setDaemon(true);
        return new ThreadPoolExecutor(0, Integer.MAX_VALUE, 1, TimeUnit.MINUTES, new SynchronousQueue<>(), daemons);
    }

    /**
     * Interrupts and ends the threads that read responses: those that are read fail, and so does each further one, with an
     * {@code IOException}. With an executor of the caller it has no effect. A connector that is
     * not closed has no thread a minute after its last response.
     */
    @Override
    public void close() {
        if (ownsReaders) {
            readers.dispose();
        }
    }

    /** Fails with an {@code IOException} if the URI is no absolute http: or https: URI. */
    @Override
    public Mono<ClientHttpResponse> connect(
            HttpMethod method, URI uri, Function<? super ClientHttpRequest, Mono<Void>> requestCallback) {
        HttpUrl url;
        try {
            url = MessageConversion.url(uri);
        } catch (IOException e) {
            return Mono.error(e);
        }
        return Mono.defer(() -> {
            ConnectorRequest request = new ConnectorRequest(method, uri, url);
            return requestCallback.apply(request).then(Mono.defer(() -> new Exchange(calls, readers, request).run()));
        });
    }
}
