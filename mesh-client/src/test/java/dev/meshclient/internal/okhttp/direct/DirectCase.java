package dev.meshclient.internal.okhttp.direct;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.function.Consumer;
import java.util.stream.Stream;
import java.util.zip.GZIPOutputStream;
import okhttp3.Cookie;
import okhttp3.CookieJar;
import okhttp3.HttpUrl;
import okhttp3.MediaType;
import okhttp3.OkHttpClient;
import okhttp3.Request;
import okhttp3.RequestBody;
import okhttp3.Response;
import okio.BufferedSink;
import okio.ByteString;
import org.jspecify.annotations.Nullable;

/**
 * A request of {@link DirectClientTest}, the client that makes it, and the response to it.
 *
 * @param cookies in the jar of the client
 */
record DirectCase(
        String name,
        Consumer<Request.Builder> request,
        Consumer<OkHttpClient.Builder> settings,
        List<String> cookies,
        ByteString response) {
    private static final String OK =
            "HTTP/1.1 200 OK\r\nContent-Type: text/plain; charset=utf-8\r\nContent-Length: 5\r\n\r\nhello";
    private static final MediaType TEXT = MediaType.get("text/plain");

    @Override
    public String toString() {
        return name;
    }

    /** Answered with 200 and a text. */
    static DirectCase of(String name, Consumer<Request.Builder> request) {
        return of(name, request, OK);
    }

    static DirectCase of(String name, Consumer<Request.Builder> request, String response) {
        return of(name, request, ByteString.encodeUtf8(response));
    }

    static DirectCase of(String name, Consumer<Request.Builder> request, ByteString response) {
        return new DirectCase(name, request, builder -> {}, List.of(), response);
    }

    private static ByteString zipped(String head) {
        ByteArrayOutputStream zipped = new ByteArrayOutputStream();
        try (GZIPOutputStream gzip = new GZIPOutputStream(zipped)) {
            gzip.write("hello, hello, hello".getBytes(StandardCharsets.UTF_8));
        } catch (IOException e) {
            throw new IllegalStateException(e);
        }
        ByteArrayOutputStream all = new ByteArrayOutputStream();
        all.writeBytes(("HTTP/1.1 200 OK\r\n" + head + "Content-Length: " + zipped.size() + "\r\n\r\n")
                .getBytes(StandardCharsets.UTF_8));
        all.writeBytes(zipped.toByteArray());
        return ByteString.of(all.toByteArray());
    }

    /** This case with other settings of its client. */
    DirectCase with(Consumer<OkHttpClient.Builder> changed) {
        return new DirectCase(name, request, changed, cookies, response);
    }

    /** The cases in which both paths must do the same. */
    static Stream<DirectCase> all() {
        Consumer<Request.Builder> get = builder -> {};
        return Stream.of(
                of("GET", get, OK),
                of(
                        "a header of each kind",
                        b -> b.header("Host", "h").header("User-Agent", "u").header("Accept", "*"),
                        OK),
                of("Connection: close", b -> b.header("Connection", "close"), OK),
                of("a header twice", b -> b.addHeader("a", "1").addHeader("a", "2"), OK),
                of("HEAD", Request.Builder::head, OK),
                of("HEAD of what is zipped", Request.Builder::head, zipped("Content-Encoding: gzip\r\n")),
                of("PUT with a type", b -> b.put(RequestBody.create("text", TEXT)), OK),
                of(
                        "POST of a type in headers",
                        b -> b.post(RequestBody.create("text", null)).header("Content-Type", "x/y"),
                        OK),
                of(
                        "POST of an own type",
                        b -> b.post(RequestBody.create("text", TEXT)).header("Content-Type", "x/y"),
                        OK),
                of("POST of nothing", b -> b.post(RequestBody.create(new byte[0], null)), OK),
                of("POST of unknown length", b -> b.post(new Text(-1)), OK),
                of(
                        "POST of unknown length with a length",
                        b -> b.post(new Text(-1)).header("Content-Length", "7"),
                        OK),
                of(
                        "POST in chunks of a known length",
                        b -> b.post(new Text(4)).header("Transfer-Encoding", "chunked"),
                        OK),
                of("a body longer than it says", b -> b.post(new Text(3)), OK),
                of("a body shorter than it says", b -> b.post(new Text(5)), OK),
                of("DELETE", Request.Builder::delete, OK),
                of(
                        "Expect: 100-continue",
                        b -> b.post(new Text(4)).header("Expect", "100-continue"),
                        "HTTP/1.1 100 Continue\r\n\r\n" + OK),
                of("early hints", get, "HTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\n" + OK),
                of("only-if-cached of HTTP/1.0", b -> b.header("Pragma", "only-if-cached"), OK),
                of("only-if-cached", b -> b.header("Cache-Control", "only-if-cached"), OK),
                of("no-cache", b -> b.header("Cache-Control", "no-cache"), OK),
                of("zipped", get, zipped("Content-Encoding: gzip\r\nContent-Type: text/plain\r\n")),
                of("zipped, in capitals", get, zipped("Content-Encoding: GZIP\r\n")),
                of("zipped, asked for", b -> b.header("Accept-Encoding", "gzip"), zipped("Content-Encoding: gzip\r\n")),
                of("zipped, of a range", b -> b.header("Range", "bytes=0-"), zipped("Content-Encoding: gzip\r\n")),
                of("said to be zipped", get, OK.replace("Content-Type", "Content-Encoding: gzip\r\nContent-Type")),
                of("204", get, "HTTP/1.1 204 No Content\r\n\r\n"),
                of("204, zipped", get, "HTTP/1.1 204 No Content\r\nContent-Encoding: gzip\r\n\r\n"),
                of("204 with a body", get, OK.replace("200 OK", "204 No Content")),
                of("304", get, "HTTP/1.1 304 Not Modified\r\nETag: x\r\nContent-Encoding: gzip\r\n\r\n"),
                of(
                        "304 with a length, zipped",
                        get,
                        "HTTP/1.1 304 Not Modified\r\nContent-Length: 5\r\nContent-Encoding: gzip\r\n\r\n"),
                of("until the end", get, "HTTP/1.1 200 OK\r\n\r\nhello"),
                of(
                        "chunks and trailers",
                        get,
                        "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n0\r\nt: 1\r\n\r\n"),
                of("truncated", get, OK.replace("Content-Length: 5", "Content-Length: 50")),
                of("truncated head", get, "HTTP/1.1 200 OK\r\nContent-"),
                of("nothing", get, ""),
                of("garbage", get, "hello\r\n\r\n"),
                of("a bad type", get, OK.replace("text/plain; charset=utf-8", "nonsense")),
                of("no type", get, "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello"),
                of("302", get, "HTTP/1.1 302 Found\r\nLocation: /there\r\nContent-Length: 0\r\n\r\n"),
                of(
                        "401",
                        get,
                        "HTTP/1.1 401 Unauthorized\r\nWWW-Authenticate: Basic realm=x\r\nContent-Length: 0\r\n\r\n"),
                of("421", get, "HTTP/1.1 421 Misdirected Request\r\nContent-Length: 0\r\n\r\n"),
                of("503", get, "HTTP/1.1 503 Unavailable\r\nRetry-After: 10\r\nContent-Length: 0\r\n\r\n"),
                of(
                        "an upgrade",
                        b -> b.header("Connection", "upgrade").header("Upgrade", "raw"),
                        "HTTP/1.1 101 Switching Protocols\r\nConnection: upgrade\r\nUpgrade: raw\r\n\r\nbytes"),
                of("HTTP/1.0", get, OK.replace("HTTP/1.1", "HTTP/1.0")),
                new DirectCase(
                        "cookies of the jar",
                        get,
                        b -> {},
                        List.of("a=1", "b=2"),
                        ByteString.encodeUtf8(OK.replace(
                                "Content-Type", "Set-Cookie: c=3\r\nSet-Cookie: d=4; Path=/\r\nContent-Type"))),
                new DirectCase(
                        "cookies of both",
                        b -> b.header("Cookie", "own=0"),
                        b -> {},
                        List.of("a=1"),
                        ByteString.encodeUtf8(OK)),
                of("a cookie of the request", b -> b.header("Cookie", "own=0")),
                of("an application interceptor that answers", get)
                        .with(b -> b.addInterceptor(c ->
                                c.proceed(c.request()).newBuilder().code(299).build())),
                of("a network interceptor", get)
                        .with(b -> b.addNetworkInterceptor(c -> {
                            Response response = c.proceed(c.request()
                                    .newBuilder()
                                    .header("n", c.connection() + "")
                                    .build());
                            return response.newBuilder()
                                    .header("seen", c.request().headers().names() + "")
                                    .build();
                        })),
                of("a network interceptor that proceeds twice", get)
                        .with(b -> b.addNetworkInterceptor(c -> {
                            c.proceed(c.request()).close();
                            return c.proceed(c.request());
                        })),
                of("a network interceptor that cancels", get)
                        .with(b -> b.addNetworkInterceptor(c -> {
                            c.call().cancel();
                            return c.proceed(c.request());
                        })),
                of("a network interceptor that cancels late", get)
                        .with(b -> b.addNetworkInterceptor(c -> {
                            Response response = c.proceed(c.request());
                            c.call().cancel();
                            return response;
                        })),
                of("a network interceptor that fails", get)
                        .with(b -> b.addNetworkInterceptor(c -> {
                            throw new IOException("mine");
                        })),
                of("a network interceptor that throws", get)
                        .with(b -> b.addNetworkInterceptor(c -> {
                            throw new IllegalStateException("mine");
                        })));
    }

    /** The cases that fail before the request is written. */
    static Stream<DirectCase> failBeforeTheRequest() {
        return Stream.of(
                of(
                        "a body",
                        b -> b.post(new RequestBody() {
                            @Override
                            public @Nullable MediaType contentType() {
                                return null;
                            }

                            @Override
                            public long contentLength() throws IOException {
                                throw new IOException("mine");
                            }

                            @Override
                            public void writeTo(BufferedSink sink) {}
                        })),
                of("a cookie jar", b -> {})
                        .with(b -> b.cookieJar(new CookieJar() {
                            @Override
                            public List<Cookie> loadForRequest(HttpUrl url) {
                                throw new IllegalStateException("mine");
                            }

                            @Override
                            public void saveFromResponse(HttpUrl url, List<Cookie> cookies) {}
                        })));
    }

    private static final class Text extends RequestBody {
        private final long length;

        Text(long length) {
            this.length = length;
        }

        @Override
        public @Nullable MediaType contentType() {
            return TEXT;
        }

        @Override
        public long contentLength() {
            return length;
        }

        @Override
        public void writeTo(BufferedSink sink) throws IOException {
            sink.writeUtf8("text");
        }
    }
}
