package dev.meshclient;

import dev.meshclient.internal.time.RealTime;
import dev.meshclient.internal.time.Time;
import java.time.Duration;
import java.util.Map;
import java.util.Objects;
import java.util.function.Function;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * The effect of an inbound request on the calls made while it is handled: its deadline limits theirs, they are not retried if
 * the request is a retry itself, nor are the calls that their peers make for them, and its baggage is forwarded. Attach it to a
 * call with {@link MeshOptions#withInbound}, or to all calls that this thread creates with {@link #open}; set its
 * {@link #responseHeaders} on the response to the request. Thread-safe.
 *
 * <p>Make one only for requests of an authenticated sender: a sender of these headers can shorten deadlines.
 */
public final class InboundContext {
    private static final ThreadLocal<InboundContext> CURRENT = new ThreadLocal<>();

    private final LongSupplier clock;
    private final long until;
    private final int attempt;
    private final @Nullable String baggage;
    private volatile boolean retriesUsed;

    /** The length that W3C Baggage asks every party to support. */
    private static final int MAX_BAGGAGE = 8192;

    private InboundContext(LongSupplier clock, long until, int attempt, @Nullable String baggage) {
        this.clock = clock;
        this.until = until;
        this.attempt = attempt;
        this.baggage = baggage;
    }

    /**
     * Reads {@code x-mesh-deadline-ms} (the remaining time, from now on), {@code x-mesh-attempt} and W3C's {@code baggage}. A
     * header that is not a valid number is ignored, and so is baggage of more than 8,192 characters or with others than printable
     * ASCII.
     *
     * @param headers finds a header by name, in any case; null: the request lacks it
     */
    public static InboundContext of(Function<String, @Nullable String> headers) {
        Objects.requireNonNull(
                headers, "headers must not be null: pass what looks up a header, such as request::getHeader");
        return of(headers, RealTime::monotonic);
    }

    static InboundContext of(Function<String, @Nullable String> headers, LongSupplier clock) {
        long left = number(headers.apply("x-mesh-deadline-ms"), -1);
        return new InboundContext(
                clock,
                left < 0 ? Time.NEVER : clock.getAsLong() + Time.nanos(Duration.ofMillis(left)),
                (int) Math.max(1, Math.min(number(headers.apply("x-mesh-attempt"), 1), Integer.MAX_VALUE)),
                baggage(headers.apply("baggage")));
    }

    /** Other services send it: only what a header may hold, in ASCII, is passed on. */
    private static @Nullable String baggage(@Nullable String received) {
        boolean legal = received != null
                && received.length() <= MAX_BAGGAGE
                && received.chars().allMatch(c -> c == '\t' || (c >= ' ' && c <= '~'));
        return legal ? received : null;
    }

    private static long number(@Nullable String text, long otherwise) {
        try {
            long number = text == null ? otherwise : Long.parseLong(text.strip());
            return number < 0 ? otherwise : number;
        } catch (NumberFormatException e) {
            return otherwise;
        }
    }

    /** The context of this thread, or null. */
    public static @Nullable InboundContext current() {
        return CURRENT.get();
    }

    /**
     * Replaces the context of this thread; null: it has none. For what carries contexts from thread to thread, such as Micrometer's
     * context propagation. Others use {@link #open}, which restores the previous context.
     */
    public static void setCurrent(@Nullable InboundContext context) {
        if (context == null) {
            CURRENT.remove();
        } else {
            CURRENT.set(context);
        }
    }

    /**
     * Applies to the calls that this thread creates ({@code newCall}) until the scope is closed, on whatever thread they run then:
     * {@code enqueue} too. To calls that were created without a context it applies if this thread executes them. An
     * {@code EventListener} that was set on a client after {@code Mesh.wrap}, and a WebSocket, hide the creation of a call: use
     * {@link MeshOptions#withInbound} there.
     */
    public Scope open() {
        InboundContext before = CURRENT.get();
        CURRENT.set(this);
        return () -> setCurrent(before);
    }

    /** Close it on the thread that opened it. */
    public interface Scope extends AutoCloseable {
        @Override
        void close();
    }

    /** The remaining time, zero if it has expired; null: the request has no deadline. */
    public @Nullable Duration left() {
        return until == Time.NEVER ? null : Duration.ofNanos(Math.max(0, until - clock.getAsLong()));
    }

    /** The number of this attempt of the sender, from 1; above 1 for calls that are made for the retry of a request, too. */
    public int attempt() {
        return attempt;
    }

    /** The baggage as received; null: none. */
    public @Nullable String baggage() {
        return baggage;
    }

    /**
     * The headers for the response to the request: {@code x-mesh-no-retry} once {@link #noteRetriesUsed} was called, so that a sender
     * with a mesh does not repeat what was repeated here already; otherwise empty. A sender that gets a good response ignores them.
     */
    public Map<String, String> responseHeaders() {
        return retriesUsed ? Map.of("x-mesh-no-retry", "1") : Map.of();
    }

    /**
     * Records that a call for this request failed and that repeating the request does not help. The mesh does so for each of its
     * calls that failed after a retry, for lack of retry budget, or with {@code x-mesh-no-retry}; call it for calls that are retried by
     * other means.
     */
    public void noteRetriesUsed() {
        retriesUsed = true;
    }

    @Override
    public String toString() {
        return "InboundContext[left=" + left() + ", attempt=" + attempt + ", baggage=" + baggage + "]";
    }
}
