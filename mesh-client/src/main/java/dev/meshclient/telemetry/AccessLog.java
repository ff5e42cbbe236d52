package dev.meshclient.telemetry;

import java.io.IOException;
import java.time.Duration;
import java.util.Objects;
import java.util.function.Function;
import okhttp3.Request;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Settings of the access log: one line for each call through the mesh, written at the end of its body. Failures, responses from
 * 500 and slow calls are always written, of the others a share.
 *
 * <p>A line contains no query, user, fragment, header or body. It is made on the thread that ends the call and written on a
 * thread of the log; a full queue drops lines and counts them. {@code Mesh.close()} writes what is queued.
 *
 * <p>Immutable: each {@code with...} returns a copy.
 */
public final class AccessLog {
    private static final int CAPACITY = 4_096;

    private final Format format;
    private final Sink sink;
    private final double share;
    private final @Nullable Duration slow;
    private final Function<Request, String> path;
    private final int capacity;

    /** The form of a line. */
    public enum Format {
        /** One JSON object. */
        JSON,
        /** {@code key=value}, values with blanks in quotes. */
        LOGFMT
    }

    /**
     * Writes lines, always on one thread at a time. It may wait: calls do not wait for it. An exception drops the line; it is
     * logged at most once a minute.
     */
    @FunctionalInterface
    public interface Sink {
        /** Writes a line, which has no line end. */
        void write(String line) throws IOException;

        /** Writes out what the sink holds back; called when no line is queued. */
        default void flush() throws IOException {}
    }

    private AccessLog(
            Format format,
            Sink sink,
            double share,
            @Nullable Duration slow,
            Function<Request, String> path,
            int capacity) {
        this.format = format;
        this.sink = sink;
        this.share = share;
        this.slow = slow;
        this.path = path;
        this.capacity = capacity;
    }

    /** Writes JSON lines to this sink. */
    public static AccessLog json(Sink sink) {
        requireSink(sink);
        return new AccessLog(Format.JSON, sink, 1, null, AccessLog::encodedPath, CAPACITY);
    }

    /** Writes logfmt lines to this sink. */
    public static AccessLog logfmt(Sink sink) {
        requireSink(sink);
        return new AccessLog(Format.LOGFMT, sink, 1, null, AccessLog::encodedPath, CAPACITY);
    }

    private static void requireSink(Sink sink) {
        Objects.requireNonNull(sink, "sink must not be null: pass AccessLog.logger(), for example");
    }

    /** A sink that logs lines by SLF4J: logger {@code dev.meshclient.access}, level INFO. */
    public static Sink logger() {
        Logger log = LoggerFactory.getLogger("dev.meshclient.access");
        return log::info;
    }

    private static String encodedPath(Request request) {
        return request.url().encodedPath();
    }

    /**
     * Writes this share of the calls that neither fail nor are slow. Default 1, all; 0 = none of them.
     *
     * @throws IllegalArgumentException unless it is 0 to 1
     */
    public AccessLog withShare(double share) {
        if (!(share >= 0 && share <= 1)) {
            throw new IllegalArgumentException("the share of written calls is 0 to 1, not " + share);
        }
        return new AccessLog(format, sink, share, slow, path, capacity);
    }

    /**
     * Always writes calls that take at least this long, their body included. Default: no call is slow.
     *
     * @throws IllegalArgumentException if it is negative
     */
    public AccessLog withSlow(Duration atLeast) {
        Objects.requireNonNull(
                atLeast, "atLeast must not be null: pass a Duration such as Duration.ofSeconds(5), or leave this out");
        if (atLeast.isNegative()) {
            throw new IllegalArgumentException("a slow call takes a time that is not negative, not " + atLeast);
        }
        return new AccessLog(format, sink, share, atLeast, path, capacity);
    }

    /**
     * Writes this in place of the path of the URL, for paths that contain confidential parts: a template such as {@code
     * /orders/{id}}, or an empty text. It runs on the thread that ends the call; if it throws, the path is left out.
     */
    public AccessLog withPath(Function<Request, String> path) {
        Objects.requireNonNull(path, "path must not be null: pass request -> \"/orders/{id}\", or leave this out");
        return new AccessLog(format, sink, share, slow, path, capacity);
    }

    /**
     * How many lines may wait for the sink. Default 4096.
     *
     * @throws IllegalArgumentException if it is less than 1
     */
    public AccessLog withCapacity(int lines) {
        if (lines < 1) {
            throw new IllegalArgumentException("the queue of the access log holds at least 1 line, not " + lines);
        }
        return new AccessLog(format, sink, share, slow, path, lines);
    }

    /** The form of a line. */
    public Format format() {
        return format;
    }

    /** Where lines are written. */
    public Sink sink() {
        return sink;
    }

    /** The share of the calls that neither fail nor are slow. */
    public double share() {
        return share;
    }

    /** From when on a call is slow; null: no call is. */
    public @Nullable Duration slow() {
        return slow;
    }

    /** The path that a line shows. */
    public Function<Request, String> path() {
        return path;
    }

    /** How many lines may wait for the sink. */
    public int capacity() {
        return capacity;
    }
}
