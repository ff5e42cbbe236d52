package dev.meshclient.spring.web;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.CookieManager;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import okhttp3.Cookie;
import okhttp3.CookieJar;
import okhttp3.HttpUrl;

/** The cookies of the JDK, which knows their domains, paths and ends, for OkHttp. */
final class CookiesInMemory implements CookieJar {
    private final CookieManager cookies;

    CookiesInMemory(CookieManager cookies) {
        this.cookies = cookies;
    }

    @Override
    public void saveFromResponse(HttpUrl url, List<Cookie> received) {
        try {
            cookies.put(
                    url.uri(),
                    Map.of("Set-Cookie", received.stream().map(Cookie::toString).toList()));
        } catch (IOException e) {
            throw new UncheckedIOException("a store in memory failed", e);
        }
    }

    @Override
    public List<Cookie> loadForRequest(HttpUrl url) {
        List<Cookie> found = new ArrayList<>();
        try {
            for (String header : cookies.get(url.uri(), Map.of()).getOrDefault("Cookie", List.of())) {
                for (String pair : header.split(";", -1)) {
                    Cookie cookie =
                            pair.isBlank() || pair.strip().startsWith("$") ? null : Cookie.parse(url, pair.strip());
                    if (cookie != null) {
                        found.add(cookie);
                    }
                }
            }
        } catch (IOException e) {
            throw new UncheckedIOException("a store in memory failed", e);
        }
        return found;
    }
}
