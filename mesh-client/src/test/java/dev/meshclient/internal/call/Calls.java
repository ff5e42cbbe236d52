package dev.meshclient.internal.call;

import dev.meshclient.MeshOptions;
import dev.meshclient.internal.time.Time;
import java.io.IOException;
import okhttp3.Protocol;
import okhttp3.Request;
import okhttp3.RequestBody;
import okhttp3.Response;

/** What tests of layers need: calls, and peers that answer by script. */
public final class Calls {
    private Calls() {}

    public static Request get() {
        return new Request.Builder().url("http://orders/").build();
    }

    public static Request post() {
        return new Request.Builder()
                .url("http://orders/")
                .post(RequestBody.create(new byte[0]))
                .build();
    }

    public static Call call(Time time, Request request) {
        return new Call(time, request, MeshOptions.DEFAULT);
    }

    /** What the peer answers, as the transport would tell it; the attempt is over with it. */
    public static Response respond(Call attempt, int status, String... headers) {
        attempt.responded(status);
        attempt.over();
        return response(attempt.request(), status, headers);
    }

    /** A response, and nothing told of it: the attempt is still open. */
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
    public static IOException fail(Call attempt, Outcome outcome) {
        IOException e = new IOException(outcome.word());
        attempt.failed(outcome, e);
        attempt.over();
        return e;
    }
}
