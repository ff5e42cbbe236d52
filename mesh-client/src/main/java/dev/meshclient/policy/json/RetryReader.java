package dev.meshclient.policy.json;

import dev.meshclient.policy.RetryOn;
import dev.meshclient.policy.RetryPolicy;
import java.io.IOException;
import java.util.LinkedHashSet;
import java.util.List;

/** Reads {@code retry}. */
final class RetryReader {
    private static final int NOT_STATED = -1;
    private static final String NEEDS_GRPC = "is a gRPC condition, which this library does not have";

    private static final Words<RetryOn> RETRY_ON = Words.of(RetryOn.values(), RetryOn::word)
            .refusing("cancelled", NEEDS_GRPC)
            .refusing("deadline-exceeded", NEEDS_GRPC)
            .refusing("internal", NEEDS_GRPC)
            .refusing("resource-exhausted", NEEDS_GRPC)
            .refusing("unavailable", NEEDS_GRPC)
            .refusing("http3-post-connect-failure", "is for HTTP/3, which this library does not support")
            .refusing("envoy-ratelimited", "is about a header of Envoy, which this library does not read")
            .refusing("retriable-headers", Words.NOT_SUPPORTED);

    private static final ObjectReader<RetryPolicy.Builder> RETRY = ObjectReader.<RetryPolicy.Builder>refusingOthers()
            .fields(RetryReader::field, "shadow", "attempts", "codes", "retryOn", "backoff");

    private RetryReader() {}

    static RetryPolicy read(JsonCursor in) throws IOException {
        return RETRY.read(in, RetryPolicy.builder().attempts(NOT_STATED)).build();
    }

    private static void field(String name, JsonCursor in, RetryPolicy.Builder r) throws IOException {
        switch (name) {
            case "shadow" -> r.shadow(in.flag());
            case "attempts" -> r.attempts(in.integer());
            case "codes" -> r.codes(new LinkedHashSet<>(in.list(0, JsonCursor::integer)));
            case "retryOn" -> r.retryOn(List.copyOf(new LinkedHashSet<>(in.list(0, i -> i.word(RETRY_ON)))));
            case "backoff" -> r.backoff(in.duration());
            default -> throw ObjectReader.unread(name);
        }
    }
}
