package dev.meshclient.test;

import java.time.Duration;
import java.util.Objects;
import okhttp3.Headers;

/** The answer of an endpoint of a {@link FakeService}. Immutable. */
public final class FakeAnswer {
    /** Kinds of answers that are no response. */
    enum Failure {
        NONE,
        REFUSED,
        RESET
    }

    final Failure failure;
    final int status;
    final Headers headers;
    final String body;
    final Duration after;

    private FakeAnswer(Failure failure, int status, Headers headers, String body, Duration after) {
        this.failure = failure;
        this.status = status;
        this.headers = headers;
        this.body = body;
        this.after = after;
    }

    /** A response with this status and an empty body. */
    public static FakeAnswer status(int status) {
        return new FakeAnswer(Failure.NONE, status, Headers.of(), "", Duration.ZERO);
    }

    /** A response with status 200. */
    public static FakeAnswer ok(String body) {
        return status(200).body(body);
    }

    /** The connection is refused: no request is sent. */
    public static FakeAnswer refused() {
        return new FakeAnswer(Failure.REFUSED, 0, Headers.of(), "", Duration.ZERO);
    }

    /** The connection breaks after the request was sent. */
    public static FakeAnswer reset() {
        return new FakeAnswer(Failure.RESET, 0, Headers.of(), "", Duration.ZERO);
    }

    /** The same answer with another body, as UTF-8. */
    public FakeAnswer body(String text) {
        return new FakeAnswer(failure, status, headers, Objects.requireNonNull(text), after);
    }

    /** The same answer with one more header. */
    public FakeAnswer header(String name, String value) {
        return new FakeAnswer(
                failure, status, headers.newBuilder().add(name, value).build(), body, after);
    }

    /** The same answer after this time: it moves the clock of the mesh, and no test waits. */
    public FakeAnswer after(Duration time) {
        return new FakeAnswer(failure, status, headers, body, time);
    }

    @Override
    public String toString() {
        return (failure == Failure.NONE ? Integer.toString(status) : failure.toString())
                + (after.isZero() ? "" : " after " + after.toMillis() + " ms");
    }
}
