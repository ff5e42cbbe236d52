package dev.meshclient.examples.demo;

import dev.meshclient.Explanation;
import io.opentelemetry.api.common.AttributeKey;
import io.opentelemetry.api.trace.SpanId;
import io.opentelemetry.sdk.trace.data.SpanData;
import java.io.IOException;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import okhttp3.Request;
import org.jspecify.annotations.Nullable;

/** One call, as its access line, its spans and its metrics show it; and what a mesh answers when asked about the next one. */
final class CallIsSeen implements Step {
    private static final String ZONE = "a";
    private static final String SERVICE = "service-b";
    private static final Request NEXT =
            new Request.Builder().url("http://" + SERVICE + "/").build();
    private static final AttributeKey<String> BACKEND = AttributeKey.stringKey("mesh.backend");
    private static final AttributeKey<Long> PORT = AttributeKey.longKey("network.peer.port");
    private static final AttributeKey<String> IN_ZONE = AttributeKey.stringKey("mesh.zone");
    private static final AttributeKey<Long> STATUS = AttributeKey.longKey("http.response.status_code");
    private static final AttributeKey<String> PICK = AttributeKey.stringKey("mesh.pick");

    @Override
    public String title() {
        return "A call is seen: access line, spans, metrics; and the next one is explained";
    }

    @Override
    public void run(Stage stage) throws IOException {
        Fleet fleet = stage.fleet();
        stage.publish(
                SERVICE + " v1 and v2 have half of the calls each; an ejected instance is probed after 30 s",
                fleet.document().withCanary(50).withSlowEjection());
        Instance bad = fleet.living(SERVICE, "v1", ZONE);
        Member sender = fleet.living("service-a", "v1", ZONE).member();
        bad.answerWith(503);
        stage.say(SERVICE + " v1 in zone " + ZONE + " answers 503");
        Round ejected = stage.calls(Load.until(() -> sender.ejections() > 0));
        stage.expect(
                "errors seen by callers", Bounds.exactly(0), ejected.errors().size());
        recorded(stage);
        explained(stage, sender);
        bad.answerWith(0);
    }

    private static void explained(Stage stage, Member sender) {
        Explanation next = sender.explain(NEXT);
        stage.say("service-a in zone " + ZONE + " explains its next call, which it does not send:");
        next.toString()
                .lines()
                .filter(line ->
                        !line.strip().startsWith("built in: ") && !line.strip().startsWith("none: "))
                .forEach(line -> stage.say("       " + line));
        List<Explanation.Backend> backends =
                next.rules().stream().flatMap(rule -> rule.backends().stream()).toList();
        stage.expect("backends that it explains", Bounds.exactly(2), backends.size());
        stage.expect(
                "endpoints that it says are ejected",
                Bounds.exactly(1),
                backends.stream()
                        .flatMap(backend -> backend.endpoints().stream())
                        .filter(endpoint -> endpoint.state().equals("ejected"))
                        .count());
    }

    private static void recorded(Stage stage) throws IOException {
        Fleet fleet = stage.fleet();
        Recorder recorder = fleet.recorder();
        Map<String, Double> before = recorder.counts();
        recorder.begin();
        Hop.Way way = fleet.caller(ZONE).call();
        Fleet.await("access lines", () -> recorder.lines().size(), 1);
        stage.say("one call from zone " + ZONE + " went through "
                + way.hops().stream().map(Hop::toString).collect(Collectors.joining(" > ")));
        stage.say("its access line:");
        recorder.lines().forEach(line -> stage.say("       " + line));
        List<SpanData> spans = recorder.spans();
        stage.say("its spans:");
        int depth = print(stage, spans, null, 0);
        stage.say("the metrics that it moved:");
        Map<String, Double> after = recorder.counts();
        long requests = 0;
        for (Map.Entry<String, Double> count : after.entrySet()) {
            double more = count.getValue() - before.getOrDefault(count.getKey(), 0.0);
            if (more > 0) {
                stage.say("       %s +%.0f".formatted(count.getKey(), more));
                requests += count.getKey().startsWith("mesh.client.requests{") ? (long) more : 0;
            }
        }
        stage.expect(
                "access lines of the call", Bounds.exactly(1), recorder.lines().size());
        stage.expect("spans, one for each hop", Bounds.exactly(Seen.HOPS.size()), spans.size());
        stage.expect("their depth: each below the one before", Bounds.exactly(Seen.HOPS.size()), depth);
        stage.expect("requests counted", Bounds.exactly(1), requests);
    }

    /** Prints the spans below a parent. @return the number of levels */
    private static int print(Stage stage, List<SpanData> spans, @Nullable SpanData parent, int level) {
        int depth = level;
        for (SpanData span : spans) {
            if (span.getParentSpanId().equals(parent == null ? SpanId.getInvalid() : parent.getSpanId())) {
                Map<AttributeKey<?>, Object> facts = span.getAttributes().asMap();
                stage.say("       %s%s %s, %d ms: port %s in zone %s, status %s; %s"
                        .formatted(
                                "  ".repeat(level),
                                span.getName(),
                                facts.get(BACKEND),
                                (span.getEndEpochNanos() - span.getStartEpochNanos()) / 1_000_000,
                                facts.get(PORT),
                                facts.get(IN_ZONE),
                                facts.get(STATUS),
                                facts.get(PICK)));
                depth = Math.max(depth, print(stage, spans, span, level + 1));
            }
        }
        return depth;
    }
}
