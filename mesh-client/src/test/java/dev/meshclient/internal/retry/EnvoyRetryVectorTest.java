package dev.meshclient.internal.retry;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.meshclient.Documents;
import dev.meshclient.internal.call.Attempt;
import dev.meshclient.internal.call.AttemptLayer;
import dev.meshclient.internal.call.CallLayer;
import dev.meshclient.internal.call.Calls;
import dev.meshclient.internal.call.Outcome;
import dev.meshclient.internal.time.StepTime;
import dev.meshclient.policy.PolicyException;
import dev.meshclient.policy.RetryConstraint;
import dev.meshclient.policy.RetryOn;
import dev.meshclient.policy.RetryPolicy;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;
import okhttp3.Protocol;
import okhttp3.Response;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;

/** Envoy's own decisions: which outcomes are retried, and when a peer is asked again. */
class EnvoyRetryVectorTest {
    private static JsonNode vectors() throws IOException {
        String folder = System.getProperty("mesh.vectors");
        assumeTrue(folder != null, "outside vectors are read with -Dmesh.vectors=FOLDER");
        return new ObjectMapper()
                .readTree(Path.of(folder, "envoy-retry", "retry-decisions.json").toFile());
    }

    @TestFactory
    Stream<DynamicTest> decisions() throws IOException {
        JsonNode cases = vectors().get("cases");
        assertThat(cases).hasSize(29);
        return StreamSupport.stream(cases.spliterator(), false)
                .map(c -> DynamicTest.dynamicTest(c.get("test").asText(), () -> decide(c)));
    }

    private static void decide(JsonNode vector) throws IOException {
        List<String> words = words(vector);
        List<RetryOn> known = new ArrayList<>();
        for (String word : words) {
            RetryOn condition = Stream.of(RetryOn.values())
                    .filter(r -> r.word().equals(word))
                    .findFirst()
                    .orElse(null);
            if (condition == null) {
                assertThat(isRefused(word)).as("%s is refused by name", word).isTrue();
            } else {
                known.add(condition);
            }
        }
        if (known.isEmpty() && !words.isEmpty()) {
            return; // a condition that we refuse: there is no policy to decide by
        }
        int retries = vector.path("request").has("x-envoy-max-retries") ? 0 : 1;
        boolean expected = vector.get("first_decision").asText().equals("Yes");
        int[] attempts = new int[1];
        Attempt[] first = new Attempt[1];
        AttemptLayer peer = attempt -> {
            attempts[0]++;
            first[0] = attempt.call().latest();
            return answer(vector, attempt);
        };
        StepTime time = new StepTime();
        CallLayer layer = dev.meshclient.internal.retry.Retry.create(
                time,
                RetryPolicy.builder()
                        .attempts(retries)
                        .codes(Set.of())
                        .retryOn(known)
                        .backoff(Duration.ofMillis(25))
                        .build(),
                false,
                new RetryPermits(new RetryBudget(), RetryConstraint.NONE, (service, backend, why) -> {}),
                peer);
        try {
            Calls.call(time, Calls.get()).run(layer);
        } catch (IOException reset) {
            assertThat(vector.get("event").asText()).startsWith("reset:");
        }
        // Envoy counts what was not processed as retries; here it has a limit of its own, without an endpoint four.
        boolean unprocessed = Objects.requireNonNull(first[0].result()).isUnprocessed();
        assertThat(attempts[0]).isEqualTo(!expected ? 1 : unprocessed ? 5 : 2);
    }

    private static List<String> words(JsonNode vector) {
        List<String> words = new ArrayList<>();
        if (vector.has("retry_on")) {
            words.add(vector.get("retry_on").asText());
        }
        for (String header : List.of("x-envoy-retry-on", "x-envoy-retry-grpc-on")) {
            if (vector.path("request").has(header)) {
                words.addAll(List.of(vector.get("request").get(header).asText().split(",")));
            }
        }
        return words;
    }

    private static Response answer(JsonNode vector, Attempt attempt) throws IOException {
        String event = vector.get("event").asText();
        if (event.equals("response")) {
            return Calls.respond(attempt, vector.get("response").get(":status").asInt());
        }
        throw Calls.fail(
                attempt,
                switch (event) {
                    case "reset:remote_reset" -> Outcome.RESET;
                    case "reset:connect_failure" -> Outcome.CONNECT_FAILURE;
                    case "reset:remote_refused_stream_reset" -> Outcome.REFUSED_STREAM;
                    case "reset:overflow_reset" -> Outcome.REFUSED;
                    default -> throw new AssertionError(event);
                });
    }

    private static boolean isRefused(String word) {
        try {
            Documents.mesh("m")
                    .with("'defaults': {'retry': {'attempts': 1, 'retryOn': ['" + word + "']}}")
                    .read();
            return false;
        } catch (PolicyException e) {
            return e.problems().stream()
                    .anyMatch(p -> p.path().equals("defaults.retry.retryOn[0]")
                            && p.value().contains(word));
        }
    }

    @TestFactory
    Stream<DynamicTest> reset_headers() throws IOException {
        JsonNode cases = vectors().get("reset_header_cases");
        assertThat(cases).hasSize(6);
        return StreamSupport.stream(cases.spliterator(), false)
                .map(c -> DynamicTest.dynamicTest(c.toString(), () -> {
                    Response.Builder response = new Response.Builder()
                            .request(Calls.get())
                            .protocol(Protocol.HTTP_1_1)
                            .code(503)
                            .message("");
                    if (c.has("retry_after")) {
                        response.header("Retry-After", c.get("retry_after").asText());
                    }
                    if (c.has("x-ratelimit-reset")) {
                        response.header(
                                "X-RateLimit-Reset", c.get("x-ratelimit-reset").asText());
                    }
                    long now = c.path("now_epoch_s").asLong(1_000_000_000L);
                    Duration stated = RetryAfter.of(response.build(), Instant.ofEpochSecond(now));
                    Long usable = stated == null || !RetryAfter.isUsable(stated) ? null : stated.toMillis();
                    Long expected = c.get("reset_interval_ms").isNull()
                            ? null
                            : c.get("reset_interval_ms").asLong();
                    assertThat(usable).isEqualTo(expected);
                }));
    }
}
