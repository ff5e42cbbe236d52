package dev.meshclient.test;

import dev.meshclient.internal.call.Attempt;
import dev.meshclient.internal.call.Call;
import dev.meshclient.internal.call.Outcome;
import dev.meshclient.internal.call.Target;
import dev.meshclient.internal.call.Wire;
import dev.meshclient.internal.endpoint.Endpoint;
import dev.meshclient.internal.time.Time;
import java.io.IOException;
import java.net.ConnectException;
import java.net.SocketException;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Function;
import okhttp3.Headers;
import okhttp3.MediaType;
import okhttp3.Protocol;
import okhttp3.Request;
import okhttp3.RequestBody;
import okhttp3.Response;
import okhttp3.ResponseBody;
import okio.Buffer;
import okio.ForwardingSource;
import okio.Okio;

/** Answers the attempts of a mesh by the scripts of its services, on the caller's thread. */
final class ScriptedWire implements Wire {
    private final Map<String, FakeService> services = new TreeMap<>(); // guarded by this
    private final Function<String, Set<String>> endpoints;
    private final FakeNames names;

    /** @param endpoints those of a service in the policy in force */
    ScriptedWire(Function<String, Set<String>> endpoints, FakeNames names) {
        this.endpoints = endpoints;
        this.names = names;
    }

    synchronized FakeService service(String name) {
        return services.computeIfAbsent(name, known -> new FakeService(known, () -> endpoints.apply(known)));
    }

    @Override
    public Response send(Attempt attempt) throws IOException {
        Target target = attempt.call().target();
        Endpoint to = attempt.endpoint();
        String endpoint = to == null ? "" : names.stated(to.name());
        FakeService service = service(target == null ? "" : target.backend().service());
        FakeAnswer answer = service.next(endpoint);
        Request sent = attempt.call().request();
        try {
            if (answer.failure != FakeAnswer.Failure.REFUSED) {
                sent = sent(attempt);
                service.received(endpoint, sent);
            }
            attempt.pause(Time.nanos(answer.after));
        } catch (IOException e) {
            throw failed(attempt, attempt.cancelCause() == null ? Outcome.RESET : attempt.cancelledAs(), e);
        }
        return switch (answer.failure) {
            case REFUSED ->
                throw failed(
                        attempt, Outcome.CONNECT_FAILURE, new ConnectException("Failed to connect to " + endpoint));
            case RESET -> throw failed(attempt, Outcome.RESET, new SocketException("Connection reset by " + endpoint));
            case NONE -> response(attempt, sent, answer);
        };
    }

    private static IOException failed(Attempt attempt, Outcome outcome, IOException e) {
        attempt.failed(outcome, e);
        attempt.over();
        return e;
    }

    /** The request as a peer would get it; its body is read once, as a network would. */
    private static Request sent(Attempt attempt) throws IOException {
        Request request = attempt.call().request();
        Request.Builder sent = request.newBuilder().tag(Call.class, attempt.call()); // leads to the decision
        Headers added = attempt.wireHeaders();
        if (added != null) {
            added.names().forEach(sent::removeHeader);
            added.forEach(header -> sent.addHeader(header.getFirst(), header.getSecond()));
        }
        if (attempt.authorization() != null) {
            sent.header("Authorization", attempt.authorization());
        }
        RequestBody body = request.body();
        if (body != null && !body.isDuplex()) {
            Buffer bytes = new Buffer();
            body.writeTo(bytes);
            attempt.sent(bytes.size());
            sent.method(request.method(), RequestBody.create(bytes.readByteString(), body.contentType()));
        }
        return sent.build();
    }

    private static Response response(Attempt attempt, Request sent, FakeAnswer answer) {
        attempt.responded(answer.status);
        Response network = new Response.Builder()
                .request(sent)
                .protocol(Protocol.HTTP_1_1)
                .code(answer.status)
                .message("")
                .headers(answer.headers)
                .build();
        return network.newBuilder()
                .request(attempt.call().request())
                .networkResponse(network)
                .body(body(attempt, answer))
                .build();
    }

    /** The attempt is over when the body is read or closed. */
    private static ResponseBody body(Attempt attempt, FakeAnswer answer) {
        String type = answer.headers.get("Content-Type");
        boolean head = attempt.call().request().method().equals("HEAD");
        Buffer bytes = new Buffer().writeUtf8(head ? "" : answer.body);
        long length = bytes.size();
        ForwardingSource source = new ForwardingSource(bytes) {
            @Override
            public long read(Buffer sink, long byteCount) throws IOException {
                IOException cause = attempt.cancelCause();
                if (cause != null) {
                    throw cause;
                }
                long read = super.read(sink, byteCount);
                if (read < 0) {
                    attempt.over();
                }
                return read;
            }

            @Override
            public void close() {
                attempt.over();
            }
        };
        return ResponseBody.create(Okio.buffer(source), type == null ? null : MediaType.parse(type), length);
    }
}
