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

    /**
     * A response with this status and an empty body.
     *
     * @throws IllegalArgumentException if it is not 200 to 599
     */
    public static FakeAnswer status(int status) {
        if (status < 200 || status > 599) {
            throw new IllegalArgumentException("the status of a response is 200 to 599, not " + status);
        }
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

    /**
     * The same answer with another body, as UTF-8. A {@code HEAD} request gets it without the body.
     *
     * @throws IllegalArgumentException if the answer is no response, or one that has no body: 204, 205 or 304
     */
    public FakeAnswer body(String text) {
        Objects.requireNonNull(text, "text must not be null: pass the text of the body");
        if (!text.isEmpty() && (status == 204 || status == 205 || status == 304)) {
            throw new IllegalArgumentException("a response " + status + " has no body");
        }
        requireResponse("body");
        return new FakeAnswer(failure, status, headers, text, after);
    }

    /**
     * The same answer with one more header.
     *
     * @throws IllegalArgumentException if the answer is no response, or no header may have this name or value
     */
    public FakeAnswer header(String name, String value) {
        Objects.requireNonNull(name, "name must not be null: pass the name of a header");
        Objects.requireNonNull(value, "value must not be null: pass the value of a header");
        requireResponse("header");
        return new FakeAnswer(
                failure, status, headers.newBuilder().add(name, value).build(), body, after);
    }

    private void requireResponse(String part) {
        if (failure != Failure.NONE) {
            throw new IllegalArgumentException("an answer " + failure + " is no response and has no " + part);
        }
    }

    /**
     * The same answer after this time: it moves the clock of the mesh, and no test waits.
     *
     * @throws IllegalArgumentException if the time is negative
     */
    public FakeAnswer after(Duration time) {
        Objects.requireNonNull(time, "time must not be null: pass a Duration such as Duration.ofSeconds(5)");
        if (time.isNegative()) {
            throw new IllegalArgumentException("an answer comes after a time of 0 or more, not " + time);
        }
        return new FakeAnswer(failure, status, headers, body, time);
    }

    @Override
    public String toString() {
        return (failure == Failure.NONE ? Integer.toString(status) : failure.toString())
                + (after.isZero() ? "" : " after " + after.toMillis() + " ms");
    }
}
