package dev.meshclient.internal.okhttp.direct;

import dev.meshclient.internal.text.HostPort;
import java.util.List;
import okhttp3.Cookie;
import okhttp3.HttpUrl;

/** Values of request headers, as OkHttp writes them. */
public final class RequestHeaders {
    private RequestHeaders() {}

    /** The {@code Host} of a URL: an IPv6 address stands in brackets, the default port of the scheme is omitted. */
    public static String host(HttpUrl url) {
        String host = HostPort.bracketed(url.host());
        return url.port() == HttpUrl.defaultPort(url.scheme()) ? host : host + ":" + url.port();
    }

    /** The {@code Cookie} of these cookies; empty: there are none. */
    public static String cookie(List<Cookie> cookies) {
        StringBuilder header = new StringBuilder();
        for (Cookie cookie : cookies) {
            header.append(header.length() == 0 ? "" : "; ")
                    .append(cookie.name())
                    .append('=')
                    .append(cookie.value());
        }
        return header.toString();
    }
}
