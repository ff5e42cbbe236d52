package dev.meshclient.internal.call;

import dev.meshclient.MeshOptions;
import okhttp3.Request;
import okhttp3.RequestBody;

/** Decider: whether a request may be processed twice. RFC 9110 9.2.2, and the caller's option. */
public final class Idempotence {
    private Idempotence() {}

    /** Whether sending it twice does no harm. */
    public static boolean of(Request request, MeshOptions options) {
        return switch (request.method()) {
            case "GET", "HEAD", "OPTIONS", "TRACE", "PUT", "DELETE", "QUERY", "PROPFIND" -> true;
            default -> options.isIdempotent() || request.header("Idempotency-Key") != null;
        };
    }

    /** Whether it may be sent again after any outcome: its body can be written a second time, too. */
    public static boolean isRepeatable(Request request, MeshOptions options) {
        RequestBody body = request.body();
        return of(request, options) && (body == null || !(body.isOneShot() || body.isDuplex()));
    }
}
