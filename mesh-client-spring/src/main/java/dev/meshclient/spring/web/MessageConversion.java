package dev.meshclient.spring.web;

import java.io.IOException;
import java.net.URI;
import java.util.Set;
import okhttp3.HttpUrl;
import okhttp3.Request;
import okhttp3.RequestBody;
import okhttp3.Response;
import org.jspecify.annotations.Nullable;
import org.springframework.http.HttpHeaders;
import org.springframework.http.HttpMethod;
import org.springframework.http.HttpStatusCode;

/** The rules by which Spring's requests become those of OkHttp, and its responses Spring's. All transports apply them. */
public final class MessageConversion {
    /** OkHttp demands a body for them, which may be empty. */
    private static final Set<String> WITH_BODY = Set.of("POST", "PUT", "PATCH", "PROPPATCH", "REPORT", "QUERY");

    private static final Set<String> WITHOUT_BODY = Set.of("GET", "HEAD");

    private MessageConversion() {}

    /** @throws IOException if the URI is no absolute http: or https: URI */
    public static HttpUrl url(URI uri) throws IOException {
        HttpUrl url = HttpUrl.parse(uri.toString());
        if (url == null) {
            throw new IOException("OkHttp calls absolute http: and https: URIs, not '" + uri
                    + "'; state a base URL, such as http://orders");
        }
        return url;
    }

    static boolean allowsBody(HttpMethod method) {
        return !WITHOUT_BODY.contains(method.name());
    }

    /**
     * Sets method, headers and body.
     *
     * @param body null: none; methods that demand one get an empty one
     * @throws IOException if the method allows no body, or if HTTP forbids a header
     */
    public static void apply(
            HttpMethod method, URI uri, HttpHeaders headers, @Nullable RequestBody body, Request.Builder request)
            throws IOException {
        if (body != null && !allowsBody(method)) {
            throw new IOException(
                    "OkHttp sends no body with " + method + ": " + uri + "; use POST, or leave the body out");
        }
        boolean empty = body == null && WITH_BODY.contains(method.name());
        try {
            request.method(method.name(), empty ? RequestBody.create(new byte[0]) : body);
            headers.forEach(
                    (name, values) -> values.forEach(value -> request.addHeader(name, value == null ? "" : value)));
        } catch (IllegalArgumentException e) { // a header with a line break, for example
            throw new IOException("OkHttp cannot send " + method + " " + uri + ": " + e.getMessage(), e);
        }
    }

    /** @throws IOException if Spring has no such status: OkHttp passes on any three characters that are a number */
    public static HttpStatusCode status(Response response) throws IOException {
        try {
            return HttpStatusCode.valueOf(response.code());
        } catch (IllegalArgumentException e) {
            throw new IOException(
                    "the response to " + response.request().method() + " "
                            + response.request().url() + " has the status " + response.code()
                            + "; HTTP has those from 100 to 999: correct the service",
                    e);
        }
    }

    public static HttpHeaders headers(Response response) {
        HttpHeaders headers = new HttpHeaders();
        response.headers().forEach(header -> headers.add(header.getFirst(), header.getSecond()));
        return headers;
    }
}
