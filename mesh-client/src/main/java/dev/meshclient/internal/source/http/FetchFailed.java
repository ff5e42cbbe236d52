package dev.meshclient.internal.source.http;

import java.io.IOException;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/** A request to the registry failed to get a document. */
final class FetchFailed extends IOException {
    private static final long serialVersionUID = 1;

    private final boolean answered;
    private final @Nullable Duration retryAfter;
    private final @Nullable String etag;

    private FetchFailed(
            String message,
            @Nullable Throwable cause,
            boolean answered,
            @Nullable Duration retryAfter,
            @Nullable String etag) {
        super(message, cause);
        this.answered = answered;
        this.retryAfter = retryAfter;
        this.etag = etag;
    }

    /** The server did not answer, or no request was sent. */
    static FetchFailed unanswered(String message, @Nullable Throwable cause) {
        return new FetchFailed(message, cause, false, null, null);
    }

    /** The server's answer was not a document. */
    static FetchFailed answered(String message, @Nullable Duration retryAfter) {
        return new FetchFailed(message, null, true, retryAfter, null);
    }

    /** The server's document is refused, and need not be sent again. */
    static FetchFailed refused(String message, @Nullable String etag) {
        return new FetchFailed(message, null, true, null, etag);
    }

    boolean isAnswered() {
        return answered;
    }

    /** Null: not stated. */
    @Nullable
    Duration retryAfter() {
        return retryAfter;
    }

    /** The ETag of the refused document; null: none was refused. */
    @Nullable
    String etag() {
        return etag;
    }
}
