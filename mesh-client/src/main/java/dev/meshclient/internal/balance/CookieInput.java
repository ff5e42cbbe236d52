package dev.meshclient.internal.balance;

import dev.meshclient.internal.call.Call;
import okhttp3.Headers;
import org.jspecify.annotations.Nullable;

/** Decider: the value of a cookie that a call will carry. */
final class CookieInput {
    private CookieInput() {}

    /** Null: the call does not carry it, or it is empty. Cookies of the client's jar replace those of the request: OkHttp's rule. */
    static @Nullable String value(Call call, String name) {
        String ofJar = call.cookies();
        return ofJar.isEmpty() ? ofHeaders(call.request().headers(), name) : ofHeader(ofJar, name);
    }

    private static @Nullable String ofHeaders(Headers headers, String name) {
        for (int i = 0; i < headers.size(); i++) {
            String value = headers.name(i).equalsIgnoreCase("Cookie") ? ofHeader(headers.value(i), name) : null;
            if (value != null) {
                return value;
            }
        }
        return null;
    }

    private static @Nullable String ofHeader(String header, String name) {
        for (String pair : header.split(";", -1)) {
            int equals = pair.indexOf('=');
            if (equals >= 0 && pair.substring(0, equals).strip().equals(name)) {
                String value = unquoted(pair.substring(equals + 1).strip());
                return value.isEmpty() ? null : value;
            }
        }
        return null;
    }

    /** As Envoy hashes it. */
    private static String unquoted(String value) {
        int last = value.length() - 1;
        return last > 0 && value.charAt(0) == '"' && value.charAt(last) == '"' ? value.substring(1, last) : value;
    }
}
