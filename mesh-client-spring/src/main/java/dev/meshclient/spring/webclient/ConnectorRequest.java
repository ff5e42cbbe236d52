package dev.meshclient.spring.webclient;

import dev.meshclient.InboundContext;
import dev.meshclient.MeshOptions;
import dev.meshclient.spring.web.MessageConversion;
import java.io.IOException;
import java.net.URI;
import java.util.List;
import java.util.stream.Collectors;
import okhttp3.HttpUrl;
import okhttp3.Request;
import okhttp3.RequestBody;
import org.jspecify.annotations.Nullable;
import org.reactivestreams.Publisher;
import org.springframework.core.io.buffer.DataBuffer;
import org.springframework.core.io.buffer.DataBufferFactory;
import org.springframework.core.io.buffer.DataBufferUtils;
import org.springframework.core.io.buffer.DefaultDataBufferFactory;
import org.springframework.http.HttpHeaders;
import org.springframework.http.HttpMethod;
import org.springframework.http.client.reactive.AbstractClientHttpRequest;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;

/** A request of a reactive client, until it is one of OkHttp, whose builder is its native request. */
final class ConnectorRequest extends AbstractClientHttpRequest {
    private final HttpMethod method;
    private final URI uri;
    private final Request.Builder request;
    private volatile @Nullable RequestBody body;

    ConnectorRequest(HttpMethod method, URI uri, HttpUrl url) {
        this.method = method;
        this.uri = uri;
        this.request = new Request.Builder().url(url);
    }

    @Override
    public HttpMethod getMethod() {
        return method;
    }

    @Override
    public URI getURI() {
        return uri;
    }

    @Override
    public DataBufferFactory bufferFactory() {
        return DefaultDataBufferFactory.sharedInstance;
    }

    @Override
    @SuppressWarnings({"unchecked", "TypeParameterUnusedInFormals"}) // as Spring declares it
    public <T> T getNativeRequest() {
        return (T) request;
    }

    /** A {@code Mono} is in memory anyway: it is kept for retries. More than one buffer is sent as it comes, and once. */
    @Override
    public Mono<Void> writeWith(Publisher<? extends DataBuffer> publisher) {
        return doCommit(() -> {
            if (publisher instanceof Mono<? extends DataBuffer> single) {
                return single.doOnNext(buffer -> body = RequestBody.create(bytes(buffer)))
                        .then();
            }
            body = new PublishedBody(publisher, getHeaders().getContentLength());
            return Mono.empty();
        });
    }

    @Override
    public Mono<Void> writeAndFlushWith(Publisher<? extends Publisher<? extends DataBuffer>> publisher) {
        return writeWith(Flux.from(publisher).concatMap(part -> part, 1));
    }

    @Override
    public Mono<Void> setComplete() {
        return doCommit();
    }

    private static byte[] bytes(DataBuffer buffer) {
        byte[] bytes = new byte[buffer.readableByteCount()];
        buffer.read(bytes);
        DataBufferUtils.release(buffer);
        return bytes;
    }

    @Override
    protected void applyHeaders() {
        if (getHeaders().getFirst(HttpHeaders.ACCEPT) == null) {
            getHeaders().set(HttpHeaders.ACCEPT, "*/*");
        }
    }

    @Override
    protected void applyCookies() {
        if (!getCookies().isEmpty()) {
            getHeaders()
                    .add(
                            HttpHeaders.COOKIE,
                            getCookies().values().stream()
                                    .flatMap(List::stream)
                                    .map(Object::toString)
                                    .collect(Collectors.joining("; ")));
        }
    }

    /** The body that a publisher fills; null: there is none, or it is in memory. */
    @Nullable
    PublishedBody published() {
        return body instanceof PublishedBody published ? published : null;
    }

    /** @param inbound of the request that is handled; null: none */
    Request build(@Nullable InboundContext inbound) throws IOException {
        MessageConversion.apply(method, uri, getHeaders(), body, request);
        Request built = request.build();
        MeshOptions stated = getAttributes().get(OkHttpClientHttpConnector.MESH_OPTIONS) instanceof MeshOptions options
                ? options
                : built.tag(MeshOptions.class);
        MeshOptions all = stated == null ? MeshOptions.DEFAULT : stated;
        MeshOptions linked = inbound == null || all.inbound() != null ? all : all.withInbound(inbound);
        return built.newBuilder()
                .tag(MeshOptions.class, linked)
                .tag(PublishedBody.class, published())
                .build();
    }
}
