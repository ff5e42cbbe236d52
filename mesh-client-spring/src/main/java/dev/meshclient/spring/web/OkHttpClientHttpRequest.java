package dev.meshclient.spring.web;

import dev.meshclient.MeshOptions;
import java.io.IOException;
import java.io.OutputStream;
import java.net.URI;
import okhttp3.Call;
import okhttp3.HttpUrl;
import okhttp3.MediaType;
import okhttp3.Request;
import okhttp3.RequestBody;
import okio.BufferedSink;
import org.jspecify.annotations.Nullable;
import org.springframework.http.HttpHeaders;
import org.springframework.http.HttpMethod;
import org.springframework.http.StreamingHttpOutputMessage;
import org.springframework.http.client.AbstractClientHttpRequest;
import org.springframework.http.client.ClientHttpResponse;
import org.springframework.util.Assert;
import org.springframework.util.FastByteArrayOutputStream;
import org.springframework.util.StreamUtils;

/** A request with a streamed or a buffered body. */
final class OkHttpClientHttpRequest extends AbstractClientHttpRequest implements StreamingHttpOutputMessage {
    private final Call.Factory calls;
    private final URI uri;
    private final HttpUrl url;
    private final HttpMethod method;
    private @Nullable Body streamed;
    private @Nullable FastByteArrayOutputStream buffered;

    OkHttpClientHttpRequest(Call.Factory calls, URI uri, HttpUrl url, HttpMethod method) {
        this.calls = calls;
        this.uri = uri;
        this.url = url;
        this.method = method;
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
    protected OutputStream getBodyInternal(HttpHeaders headers) {
        Assert.state(streamed == null, "Invoke either getBody or setBody; not both");
        if (buffered == null) {
            buffered = new FastByteArrayOutputStream(1024);
        }
        return buffered;
    }

    @Override
    public void setBody(Body body) {
        assertNotExecuted();
        Assert.state(buffered == null, "Invoke either getBody or setBody; not both");
        streamed = body;
    }

    @Override
    protected ClientHttpResponse executeInternal(HttpHeaders headers) throws IOException {
        return OkHttpClientHttpResponse.of(calls.newCall(request(headers)).execute());
    }

    private Request request(HttpHeaders headers) throws IOException {
        Request.Builder request = new Request.Builder().url(url);
        MessageConversion.apply(method, uri, headers, body(headers), request);
        if (getAttributes().get(OkHttpClientHttpRequestFactory.MESH_OPTIONS) instanceof MeshOptions options) {
            request.tag(MeshOptions.class, options);
        }
        return request.build();
    }

    private @Nullable RequestBody body(HttpHeaders headers) {
        if (streamed != null) {
            return new StreamedBody(streamed, headers.getContentLength());
        }
        if (buffered != null && (buffered.size() > 0 || MessageConversion.allowsBody(method))) {
            return RequestBody.create(buffered.toByteArray());
        }
        return null;
    }

    /** It has no media type of its own: the headers of the request state it. */
    private static final class StreamedBody extends RequestBody {
        private final Body body;
        private final long length;

        /** @param length -1: not known */
        StreamedBody(Body body, long length) {
            this.body = body;
            this.length = length;
        }

        @Override
        public @Nullable MediaType contentType() {
            return null;
        }

        @Override
        public long contentLength() {
            return length;
        }

        @Override
        public boolean isOneShot() {
            return !body.repeatable();
        }

        @Override
        public void writeTo(BufferedSink sink) throws IOException {
            body.writeTo(StreamUtils.nonClosing(sink.outputStream()));
        }
    }
}
