package dev.meshclient.spring.actuate;

import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;
import okhttp3.HttpUrl;
import okhttp3.Request;
import okhttp3.RequestBody;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.actuate.endpoint.InvalidEndpointRequestException;

/** The request that a reader wants explained, from the parameters of {@code /actuator/mesh/{service}}. */
record ExplainedRequest(
        @Nullable String method,
        @Nullable String path,
        @Nullable String host,
        @Nullable List<String> headers) {
    private static final Pattern TOKEN = Pattern.compile("[!#$%&'*+.^_`|~0-9A-Za-z-]+"); // RFC 9110
    private static final Pattern CONTROL = Pattern.compile("[\\p{Cntrl}&&[^\t]]");
    private static final Pattern NO_HOST = Pattern.compile("[/\\\\?#@]"); // it would be another part of the URL

    /** Whether the reader stated one. */
    boolean isStated() {
        return method != null || path != null || host != null || headers != null;
    }

    /** @param hosts those of the service: the first one without a wildcard is the host of a request that states none */
    Request to(List<String> hosts) {
        Request.Builder request = new Request.Builder().url(url(hosts));
        stated(headers).forEach(header -> add(header, request));
        String stated = method == null ? "GET" : method;
        if (!TOKEN.matcher(stated).matches()) {
            throw invalid("method '" + stated + "' is no token of HTTP");
        }
        try {
            return request.method(stated, null).build();
        } catch (IllegalArgumentException e) {
            return withBody(request, stated);
        }
    }

    /** OkHttp demands a body of some methods; an explanation does not look into it. */
    private static Request withBody(Request.Builder request, String method) {
        try {
            return request.method(method, RequestBody.EMPTY).build();
        } catch (IllegalArgumentException e) {
            throw invalid("method '" + method + "': " + e.getMessage());
        }
    }

    private HttpUrl url(List<String> hosts) {
        String at = host != null
                ? host
                : hosts.stream()
                        .filter(known -> !known.startsWith("*"))
                        .findFirst()
                        .orElseThrow(() -> invalid("the service has hosts with wildcards only, so state host"));
        String path = this.path == null ? "/" : this.path;
        boolean legal = path.startsWith("/") && !NO_HOST.matcher(at).find();
        HttpUrl url = legal ? HttpUrl.parse("http://" + at + path) : null;
        if (url == null) {
            throw invalid("host '" + at + "' and path '" + path + "' make no URL; a path begins with /");
        }
        return url;
    }

    /** Spring divides a single parameter at its commas: what has no name belongs to the header before. */
    private static List<String> stated(@Nullable List<String> headers) {
        List<String> stated = new ArrayList<>();
        for (String part : headers == null ? List.<String>of() : headers) {
            int last = stated.size() - 1;
            if (last >= 0 && part.indexOf(':') < 0) {
                stated.set(last, stated.get(last) + "," + part);
            } else {
                stated.add(part);
            }
        }
        return stated;
    }

    private static void add(String header, Request.Builder to) {
        int colon = header.indexOf(':');
        if (colon <= 0) {
            throw invalid("header takes 'name: value', not '" + header + "'");
        }
        String name = header.substring(0, colon);
        if (CONTROL.matcher(header).find() // strip would remove a control character at an end
                || !TOKEN.matcher(name.strip()).matches()) {
            throw invalid("header '" + header + "' has a character that HTTP does not allow there");
        }
        try {
            to.addHeader(name.strip(), header.substring(colon + 1).strip());
        } catch (IllegalArgumentException e) {
            throw invalid("header '" + name + "': " + e.getMessage());
        }
    }

    private static InvalidEndpointRequestException invalid(String reason) {
        return new InvalidEndpointRequestException("The request to explain is invalid: " + reason, reason);
    }
}
