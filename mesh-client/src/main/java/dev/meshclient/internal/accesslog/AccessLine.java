package dev.meshclient.internal.accesslog;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.json.JsonWriteFeature;
import dev.meshclient.Decision;
import dev.meshclient.telemetry.AttemptInfo;
import dev.meshclient.telemetry.CallInfo;
import java.io.IOException;
import java.io.StringWriter;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.List;

/**
 * The facts of one call for its line.
 *
 * @param startedAt when the call entered the mesh
 * @param path without query and fragment
 * @param reason the letters of the failure; empty if there is none
 * @param error the class of the failure; empty if there is none
 * @param duration from the entry to the end of the body
 * @param sent bytes of the request bodies of all attempts
 * @param received bytes of the response bodies of all attempts, as received
 * @param trace the trace ID of the last attempt, or of the call if it has none; empty if neither is known
 */
record AccessLine(
        Instant startedAt,
        String method,
        String path,
        int status,
        String reason,
        String error,
        Duration duration,
        long sent,
        long received,
        String trace,
        Decided decided) {
    private static final JsonFactory JSON = JsonFactory.builder()
            .enable(JsonWriteFeature.ESCAPE_NON_ASCII) // also what controls a terminal or the direction of text
            .build();

    /** The decision of the call, as texts: a line may wait for its sink, and must not keep the call and its request. */
    private record Decided(
            String service,
            String route,
            String backend,
            String policy,
            String detail,
            String shadow,
            List<Attempt> attempts) {
        /** @param explains whether the attempts state their reasons */
        static Decided of(Decision decision, boolean explains) {
            return new Decided(
                    decision.service(),
                    decision.rule(),
                    decision.backend(),
                    decision.policy(),
                    decision.detail(),
                    String.join("; ", decision.shadow()),
                    decision.attempts().stream()
                            .map(attempt -> Attempt.of(attempt, explains))
                            .toList());
        }
    }

    private record Attempt(
            int number,
            String endpoint,
            String zone,
            String outcome,
            int status,
            Duration duration,
            String reason,
            String pick,
            String retry) {
        static Attempt of(Decision.Attempt attempt, boolean explains) {
            return new Attempt(
                    attempt.number(),
                    attempt.endpoint(),
                    attempt.zone(),
                    attempt.outcome(),
                    attempt.status(),
                    attempt.duration(),
                    explains ? attempt.reason() : "",
                    explains ? attempt.pick() : "",
                    explains ? attempt.retry() : "");
        }
    }

    static AccessLine of(CallInfo call, String path, String current, Instant now) {
        long sent = 0;
        long received = 0;
        for (AttemptInfo attempt = call.latest(); attempt != null; attempt = attempt.previous()) {
            sent += attempt.sentBytes();
            received += attempt.receivedBytes();
        }
        Duration duration = Duration.ofNanos(call.elapsedNanos());
        IOException failure = call.failure();
        Decision decision = call.decision();
        return new AccessLine(
                now.minus(duration).truncatedTo(ChronoUnit.MILLIS),
                call.request().method(),
                path,
                call.status(),
                call.reason(),
                failure == null ? "" : failure.getClass().getName(),
                duration,
                sent,
                received,
                trace(call, current),
                Decided.of(decision, explains(call, decision)));
    }

    /**
     * Whether the attempts state their reasons. A call whose first attempt succeeds does not: the sentence would double its line and
     * be the same for each call.
     */
    private static boolean explains(CallInfo call, Decision decision) {
        return !call.reason().isEmpty() || decision.attempts().size() > 1;
    }

    /**
     * The trace ID of the {@code traceparent} header of the W3C that was sent last. A call that was refused before its first attempt
     * has sent none.
     *
     * @param current the ID of the trace in which the call was made; empty: there is none
     */
    private static String trace(CallInfo call, String current) {
        AttemptInfo latest = call.latest();
        if (latest == null && !current.isEmpty()) {
            return current;
        }
        String parent = latest == null ? call.request().header("traceparent") : latest.header("traceparent");
        if (parent == null || parent.length() < 55 || parent.charAt(2) != '-' || parent.charAt(35) != '-') {
            return current;
        }
        String id = parent.substring(3, 35);
        return id.chars().allMatch(c -> Character.digit(c, 16) >= 0) ? id : current;
    }

    // ---- the two forms

    String json() {
        StringWriter text = new StringWriter(512);
        try (JsonGenerator json = JSON.createGenerator(text)) {
            json.writeStartObject();
            write(new JsonFields(json));
            json.writeArrayFieldStart("attempts");
            for (Attempt attempt : decided.attempts) {
                json.writeStartObject();
                write(attempt, new JsonFields(json));
                json.writeEndObject();
            }
            json.writeEndArray();
            json.writeEndObject();
        } catch (IOException e) {
            throw new UncheckedIOException("a writer in memory failed", e);
        }
        return text.toString();
    }

    String logfmt() {
        LogfmtFields fields = new LogfmtFields();
        try {
            write(fields);
            fields.number("attempts", decided.attempts.size());
            for (Attempt attempt : decided.attempts) {
                write(attempt, fields.prefixed("attempt" + attempt.number() + "."));
            }
        } catch (IOException e) {
            throw new UncheckedIOException("a writer in memory failed", e);
        }
        return fields.toString();
    }

    private void write(Fields fields) throws IOException {
        fields.text("time", startedAt.toString());
        fields.text("service", decided.service);
        fields.text("route", decided.route);
        fields.text("backend", decided.backend);
        fields.text("method", method);
        fields.text("path", path);
        if (status != 0) {
            fields.number("status", status);
        }
        fields.text("reason", reason);
        fields.text("error", error);
        fields.millis("duration_ms", duration);
        fields.number("sent_bytes", sent);
        fields.number("received_bytes", received);
        fields.text("trace_id", trace);
        fields.text("policy", decided.policy);
        fields.text("detail", decided.detail);
        fields.text("shadow", decided.shadow);
    }

    private static void write(Attempt attempt, Fields fields) throws IOException {
        fields.text("endpoint", attempt.endpoint);
        fields.text("zone", attempt.zone);
        fields.text("outcome", attempt.outcome);
        if (attempt.status != 0) {
            fields.number("status", attempt.status);
        }
        fields.millis("duration_ms", attempt.duration);
        fields.text("reason", attempt.reason);
        fields.text("pick", attempt.pick);
        fields.text("retry", attempt.retry);
    }

    /** Fields of a line; an empty text is left out. */
    private interface Fields {
        void text(String name, String value) throws IOException;

        void number(String name, long value) throws IOException;

        /** Milliseconds with three decimals. */
        void millis(String name, Duration value) throws IOException;
    }

    private record JsonFields(JsonGenerator json) implements Fields {
        @Override
        public void text(String name, String value) throws IOException {
            if (!value.isEmpty()) {
                json.writeStringField(name, value);
            }
        }

        @Override
        public void number(String name, long value) throws IOException {
            json.writeNumberField(name, value);
        }

        @Override
        public void millis(String name, Duration value) throws IOException {
            json.writeFieldName(name);
            json.writeNumber(AccessLine.millis(value));
        }
    }

    private record LogfmtFields(StringBuilder line, String prefix) implements Fields {
        LogfmtFields() {
            this(new StringBuilder(512), "");
        }

        LogfmtFields prefixed(String another) {
            return new LogfmtFields(line, another);
        }

        @Override
        public void text(String name, String value) {
            if (!value.isEmpty()) {
                put(name, quoted(value));
            }
        }

        @Override
        public void number(String name, long value) {
            put(name, Long.toString(value));
        }

        @Override
        public void millis(String name, Duration value) {
            put(name, AccessLine.millis(value));
        }

        private void put(String name, String value) {
            if (line.length() > 0) {
                line.append(' ');
            }
            line.append(prefix).append(name).append('=').append(value);
        }

        /** In quotes, and escaped as in JSON, unless it consists of harmless characters. */
        private static String quoted(String value) {
            boolean plain = value.chars().allMatch(c -> c > ' ' && c < 127 && c != '"' && c != '=' && c != '\\');
            if (plain) {
                return value;
            }
            StringBuilder quoted = new StringBuilder(value.length() + 8).append('"');
            value.chars().forEach(c -> {
                switch (c) {
                    case '"' -> quoted.append("\\\"");
                    case '\\' -> quoted.append("\\\\");
                    case '\n' -> quoted.append("\\n");
                    case '\r' -> quoted.append("\\r");
                    case '\t' -> quoted.append("\\t");
                    default -> {
                        if (c < ' ' || c > 126) {
                            quoted.append(String.format("\\u%04x", c));
                        } else {
                            quoted.append((char) c);
                        }
                    }
                }
            });
            return quoted.append('"').toString();
        }

        @Override
        public String toString() {
            return line.toString();
        }
    }

    private static String millis(Duration duration) {
        long micros = duration.toNanos() / 1_000;
        String fraction = Long.toString(1_000 + micros % 1_000);
        return micros / 1_000 + "." + fraction.substring(1);
    }
}
