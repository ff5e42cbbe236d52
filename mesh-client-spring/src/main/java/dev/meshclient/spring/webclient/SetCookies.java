package dev.meshclient.spring.webclient;

import java.time.Duration;
import java.time.Instant;
import java.util.Locale;
import java.util.regex.Pattern;
import okhttp3.Headers;
import okhttp3.Response;
import org.jspecify.annotations.Nullable;
import org.springframework.http.HttpHeaders;
import org.springframework.http.ResponseCookie;
import org.springframework.http.ResponseCookie.ResponseCookieBuilder;
import org.springframework.util.LinkedMultiValueMap;
import org.springframework.util.MultiValueMap;

/** The cookies of {@code Set-Cookie}, by RFC 6265 and its successor's SameSite and Partitioned. A malformed one is ignored. */
final class SetCookies {
    private static final Pattern SECONDS = Pattern.compile("-?\\d{1,18}");

    private SetCookies() {}

    static MultiValueMap<String, ResponseCookie> of(Response response) {
        MultiValueMap<String, ResponseCookie> cookies = new LinkedMultiValueMap<>();
        for (String header : response.headers(HttpHeaders.SET_COOKIE)) {
            ResponseCookie cookie =
                    cookie(header.split(";", -1), Instant.ofEpochMilli(response.receivedResponseAtMillis()));
            if (cookie != null) {
                cookies.add(cookie.getName(), cookie);
            }
        }
        return cookies;
    }

    private static @Nullable ResponseCookie cookie(String[] parts, Instant received) {
        int equals = parts[0].indexOf('=');
        if (equals <= 0) {
            return null;
        }
        ResponseCookieBuilder cookie = ResponseCookie.fromClientResponse(
                parts[0].substring(0, equals).strip(),
                parts[0].substring(equals + 1).strip());
        Duration maxAge = null;
        try {
            for (int i = 1; i < parts.length; i++) {
                String[] attribute = parts[i].split("=", 2);
                String value = attribute.length == 1 ? "" : attribute[1].strip();
                switch (attribute[0].strip().toLowerCase(Locale.ROOT)) {
                    case "max-age" -> maxAge = SECONDS.matcher(value).matches() ? seconds(value) : maxAge;
                    case "expires" -> maxAge = maxAge == null ? until(value, received) : maxAge;
                    case "domain" -> cookie.domain(value);
                    case "path" -> cookie.path(value);
                    case "secure" -> cookie.secure(true);
                    case "httponly" -> cookie.httpOnly(true);
                    case "samesite" -> cookie.sameSite(value);
                    case "partitioned" -> cookie.partitioned(true);
                    default -> {} // RFC 6265 5.2: ignored
                }
            }
            return (maxAge == null ? cookie : cookie.maxAge(maxAge)).build();
        } catch (IllegalArgumentException e) { // the headers still have it
            return null;
        }
    }

    private static Duration seconds(String value) {
        return Duration.ofSeconds(Math.max(0, Long.parseLong(value)));
    }

    /** Null: no date. */
    private static @Nullable Duration until(String date, Instant received) {
        Instant expires = Headers.of("Expires", date).getInstant("Expires");
        return expires == null
                ? null
                : expires.isBefore(received) ? Duration.ZERO : Duration.between(received, expires);
    }
}
