package dev.meshclient.internal.okhttp.direct;

import java.io.IOException;
import java.util.List;
import okhttp3.Cookie;
import okhttp3.CookieJar;
import okhttp3.HttpUrl;
import okhttp3.Interceptor;
import okhttp3.MediaType;
import okhttp3.Request;
import okhttp3.RequestBody;
import okhttp3.Response;
import okhttp3.ResponseBody;
import okio.GzipSource;
import okio.Okio;

/**
 * Makes the request of the wire from the caller's and the caller's response from that of the wire, with one copy of each: it adds the
 * headers that HTTP requires, cookies and gzip, as OkHttp documents them, and applies the mesh's rules. The connection is chosen before.
 */
final class DirectBridge implements Interceptor {
    private final ExchangeRules rules;
    private final String userAgent;

    DirectBridge(ExchangeRules rules, String userAgent) {
        this.rules = rules;
        this.userAgent = userAgent;
    }

    @Override
    public Response intercept(Chain chain) throws IOException {
        Request request = chain.request();
        Request.Builder sent = request.newBuilder();
        boolean asksForGzip = request.header("Accept-Encoding") == null && request.header("Range") == null;
        addHeaders(sent, request, asksForGzip, chain.getCookieJar());
        rules.addTo(sent, chain);
        rules.check(chain);
        Response response = rules.proceed(chain, sent.build());
        saveCookies(chain.getCookieJar(), request.url(), response);
        return received(response, asksForGzip, chain);
    }

    private void addHeaders(Request.Builder sent, Request request, boolean asksForGzip, CookieJar cookies)
            throws IOException {
        RequestBody body = request.body();
        if (body != null) {
            MediaType type = body.contentType();
            if (type != null) {
                sent.header("Content-Type", type.toString());
            }
            long length = body.contentLength();
            if (length == -1) {
                sent.header("Transfer-Encoding", "chunked").removeHeader("Content-Length");
            } else {
                sent.header("Content-Length", Long.toString(length)).removeHeader("Transfer-Encoding");
            }
        }
        if (request.header("Host") == null) {
            sent.addHeader("Host", RequestHeaders.host(request.url()));
        }
        if (request.header("Connection") == null) {
            sent.addHeader("Connection", "Keep-Alive");
        }
        if (asksForGzip) {
            sent.addHeader("Accept-Encoding", "gzip");
        }
        List<Cookie> jar = cookies == CookieJar.NO_COOKIES ? List.of() : cookies.loadForRequest(request.url());
        if (!jar.isEmpty()) {
            sent.header("Cookie", RequestHeaders.cookie(jar));
        }
        if (request.header("User-Agent") == null) {
            sent.addHeader("User-Agent", userAgent);
        }
    }

    private static void saveCookies(CookieJar jar, HttpUrl url, Response response) {
        if (jar != CookieJar.NO_COOKIES) {
            List<Cookie> cookies = Cookie.parseAll(url, response.headers());
            if (!cookies.isEmpty()) {
                jar.saveFromResponse(url, cookies);
            }
        }
    }

    /** The response as the caller gets it, with the one of the network beside it. */
    private Response received(Response response, boolean asksForGzip, Chain chain) {
        Response.Builder copy = response.newBuilder();
        rules.mask(response, copy, chain);
        ResponseBody body = response.body();
        String type = response.header("Content-Type");
        Response network =
                copy.body(BridgedBody.unreadable(type, body.contentLength())).build();
        copy.networkResponse(network);
        if (asksForGzip && "gzip".equalsIgnoreCase(response.header("Content-Encoding")) && promisesBody(response)) {
            return copy.removeHeader("Content-Encoding")
                    .removeHeader("Content-Length")
                    .body(BridgedBody.unzipped(type, Okio.buffer(new GzipSource(body.source()))))
                    .build();
        }
        return copy.body(body).build();
    }

    /** HEAD, 1xx, 204 and 304 have no body; some peers send one with the last three, and state it. */
    private static boolean promisesBody(Response response) {
        if (response.request().method().equals("HEAD")) {
            return false;
        }
        int code = response.code();
        return (code >= 200 && code != 204 && code != 304)
                || response.header("Content-Length") != null
                || "chunked".equalsIgnoreCase(response.header("Transfer-Encoding"));
    }
}
