package dev.meshclient.internal.balance;

import dev.meshclient.internal.call.Call;
import dev.meshclient.policy.ConsistentHash;
import java.util.List;
import java.util.stream.Collectors;
import okhttp3.Headers;
import okhttp3.Request;
import org.jspecify.annotations.Nullable;

/** Decider: the value whose hash chooses the endpoint. */
record HashInput(ConsistentHash stated) {
    /**
     * The key of the options, which takes precedence, or the stated value of the request; null: there is none. An explanation does
     * not know the cookie jar.
     */
    @Nullable
    String value(Call call) {
        if (call.options().hashKey() != null) {
            return call.options().hashKey();
        }
        Request request = call.request();
        String header = stated.httpHeaderName();
        ConsistentHash.HttpCookie cookie = stated.httpCookie();
        return header != null
                ? header(request.headers(), header)
                : cookie != null
                        ? CookieInput.value(call, cookie.name())
                        : request.url().queryParameter(String.valueOf(stated.httpQueryParameterName()));
    }

    /** Several values count as one: sorted and joined, so that their order does not matter (Envoy's rule). */
    static @Nullable String header(Headers headers, String name) {
        int first = next(headers, name, 0);
        if (first == headers.size()) {
            return null;
        }
        List<String> all = next(headers, name, first + 1) == headers.size() ? List.of() : headers.values(name);
        return all.isEmpty() ? headers.value(first) : all.stream().sorted().collect(Collectors.joining());
    }

    private static int next(Headers headers, String name, int from) {
        int at = from;
        while (at < headers.size() && !headers.name(at).equalsIgnoreCase(name)) {
            at++;
        }
        return at;
    }

    /** The name of the value, for people. */
    @Override
    public String toString() {
        ConsistentHash.HttpCookie cookie = stated.httpCookie();
        return stated.httpHeaderName() != null
                ? "header " + stated.httpHeaderName()
                : cookie != null ? "cookie " + cookie.name() : "query parameter " + stated.httpQueryParameterName();
    }
}
