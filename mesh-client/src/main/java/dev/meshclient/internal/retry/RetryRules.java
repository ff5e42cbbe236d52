package dev.meshclient.internal.retry;

import dev.meshclient.MeshOptions;
import dev.meshclient.internal.call.Idempotence;
import dev.meshclient.internal.call.NoRetry;
import dev.meshclient.internal.call.Outcome;
import dev.meshclient.policy.RetryOn;
import dev.meshclient.policy.RetryPolicy;
import java.util.BitSet;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import okhttp3.Request;
import okhttp3.RequestBody;
import org.jspecify.annotations.Nullable;

/**
 * Decider: whether a request may be sent again after an outcome. The conditions are Envoy's; one decision that Envoy leaves to
 * the operator is fixed here: a request that may have been processed is repeated only if it is idempotent.
 */
final class RetryRules {
    private static final Set<Integer> CODES = Set.of(502, 503, 504);
    private static final List<RetryOn> CONDITIONS = List.of(
            RetryOn.CONNECT_FAILURE,
            RetryOn.REFUSED_STREAM,
            RetryOn.RESET_BEFORE_REQUEST,
            RetryOn.RESET,
            RetryOn.ATTEMPT_TIMEOUT);

    private static final NoRetry BODY =
            new NoRetry(NoRetry.Why.BODY, "the body of the request can be written only once");
    private static final NoRetry UNSAFE = new NoRetry(
            NoRetry.Why.UNSAFE,
            "the request may have been processed and is not idempotent (MeshOptions.withIdempotent())");

    private final BitSet codes = new BitSet(); // not a set: it would box each status
    private final EnumSet<RetryOn> on;

    /**
     * Conditions that are not stated are the built-in ones, and so are status codes, unless the stated conditions exclude
     * codes.
     */
    RetryRules(@Nullable RetryPolicy stated) {
        Set<Integer> statedCodes = stated == null ? null : stated.codes();
        List<RetryOn> statedOn = stated == null ? null : stated.retryOn();
        boolean builtIn = statedOn == null || statedOn.contains(RetryOn.RETRIABLE_STATUS_CODES);
        for (int code : statedCodes != null ? statedCodes : builtIn ? CODES : Set.<Integer>of()) {
            codes.set(code);
        }
        this.on = EnumSet.noneOf(RetryOn.class);
        this.on.addAll(statedOn != null ? statedOn : CONDITIONS);
    }

    /** Whether the policy retries this outcome and a repetition is safe. */
    boolean again(Request request, MeshOptions options, Outcome outcome, int status) {
        return wants(outcome, status) && objection(request, options, outcome) == null;
    }

    /** Whether the policy retries this outcome. */
    boolean wants(Outcome outcome, int status) {
        return outcome == Outcome.RESPONSE ? wantsStatus(status) : wantsReset(outcome);
    }

    /** Why the request cannot be sent again after this outcome; null: it can. */
    static @Nullable NoRetry objection(Request request, MeshOptions options, Outcome outcome) {
        if (!canBeSentAgain(request, outcome)) {
            return BODY;
        }
        return outcome.processed() == Outcome.Processed.NO || Idempotence.of(request, options) ? null : UNSAFE;
    }

    private boolean wantsStatus(int status) {
        return codes.get(status)
                || (status >= 500 && status <= 599 && on.contains(RetryOn.FIVE_XX))
                || (status >= 502 && status <= 504 && on.contains(RetryOn.GATEWAY_ERROR))
                || (status == 409 && on.contains(RetryOn.RETRIABLE_4XX));
    }

    /** As in Envoy, {@code reset}, {@code 5xx} and {@code gateway-error} cover every attempt that ended without a response. */
    private boolean wantsReset(Outcome outcome) {
        boolean any = on.contains(RetryOn.RESET) || on.contains(RetryOn.FIVE_XX) || on.contains(RetryOn.GATEWAY_ERROR);
        return switch (outcome) {
            case CONNECT_FAILURE, TLS_REFUSED -> any || on.contains(RetryOn.CONNECT_FAILURE);
            case REFUSED_STREAM -> any || on.contains(RetryOn.REFUSED_STREAM);
            case RESET_BEFORE_REQUEST -> any || on.contains(RetryOn.RESET_BEFORE_REQUEST);
            case STALE, RESET -> any;
            case ATTEMPT_TIMEOUT -> any || on.contains(RetryOn.ATTEMPT_TIMEOUT);
            case RESPONSE, CACHED, DEADLINE, PROTOCOL_ERROR, LOCAL, CANCELLED, SUPERSEDED, REFUSED -> false;
        };
    }

    /** A one-shot body, or one that is still being written, may already be consumed. */
    private static boolean canBeSentAgain(Request request, Outcome outcome) {
        RequestBody body = request.body();
        return body == null
                || !(body.isOneShot() || body.isDuplex())
                || outcome == Outcome.CONNECT_FAILURE
                || outcome == Outcome.RESET_BEFORE_REQUEST;
    }

    /** In the words of a document. */
    String inWords() {
        return Stream.concat(on.stream().map(RetryOn::word), codes.stream().mapToObj(String::valueOf))
                .collect(Collectors.joining(" "));
    }

    @Override
    public String toString() {
        return on + " " + codes.stream().boxed().toList();
    }
}
