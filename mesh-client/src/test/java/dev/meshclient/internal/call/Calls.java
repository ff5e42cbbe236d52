package dev.meshclient.internal.call;

import dev.meshclient.MeshOptions;
import dev.meshclient.internal.endpoint.Endpoint;
import dev.meshclient.internal.time.Time;
import java.io.IOException;
import java.util.function.Supplier;
import okhttp3.HttpUrl;
import okhttp3.Protocol;
import okhttp3.Request;
import okhttp3.RequestBody;
import okhttp3.Response;
import org.jspecify.annotations.Nullable;

/** What tests of layers need: calls, and peers that answer by script. */
public final class Calls {
    private static final HttpUrl ORDERS = HttpUrl.get("http://orders/");

    private Calls() {}

    public static Request get() {
        return new Request.Builder().url(ORDERS).build();
    }

    public static Request post() {
        return new Request.Builder()
                .url(ORDERS)
                .post(RequestBody.create(new byte[0]))
                .build();
    }

    /** A call whose peer answers 200. */
    public static Call call(Time time, Request request) {
        return call(time, request, attempt -> respond(attempt, 200));
    }

    public static Call call(Time time, Request request, Wire wire) {
        return new Call(time, request, MeshOptions.DEFAULT, wire);
    }

    public static Call call(Time time, Request request, MeshOptions options) {
        return new Call(time, request, options, attempt -> respond(attempt, 200));
    }

    /** The layers of an admission; null if the host is not the mesh's. */
    public static @Nullable CallLayer layers(Admission admission) {
        return admission instanceof Admission.Ours ours ? ours.layers() : null;
    }

    /** The response to an attempt whose body stays open. */
    public static Response respondOpen(Attempt attempt, int status) {
        attempt.responded(status);
        return response(attempt.call().request(), status);
    }

    /**
     * The choice of an endpoint.
     *
     * @param usable how many endpoints admit calls
     */
    public static Pick pick(Supplier<EndpointsLeft> left, int usable) {
        return new Pick() {
            @Override
            public @Nullable Endpoint endpoint() {
                return null;
            }

            @Override
            public int usable() {
                return usable;
            }

            @Override
            public EndpointsLeft left() {
                return left.get();
            }
        };
    }

    /** What the peer answers, as the transport would tell it; the attempt is over with it. */
    public static Response respond(Attempt attempt, int status, String... headers) {
        attempt.responded(status);
        attempt.over();
        return response(attempt.call().request(), status, headers);
    }

    /** A response without a result: the attempt is still open. */
    public static Response response(Request request, int status, String... headers) {
        Response.Builder response = new Response.Builder()
                .request(request)
                .protocol(Protocol.HTTP_1_1)
                .code(status)
                .message("");
        for (int i = 0; i < headers.length; i += 2) {
            response.header(headers[i], headers[i + 1]);
        }
        return response.build();
    }

    /** A failure, as the transport would tell it. */
    public static IOException fail(Attempt attempt, Outcome outcome) {
        IOException e = new IOException(outcome.word());
        attempt.failed(outcome, e);
        attempt.over();
        return e;
    }
}
