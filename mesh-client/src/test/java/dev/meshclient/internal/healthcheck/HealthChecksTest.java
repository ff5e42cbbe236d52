package dev.meshclient.internal.healthcheck;

import static org.assertj.core.api.Assertions.assertThat;

import dev.meshclient.Documents;
import dev.meshclient.Thrown;
import dev.meshclient.Workload;
import dev.meshclient.internal.call.Attempt;
import dev.meshclient.internal.call.Calls;
import dev.meshclient.internal.call.CheckWire;
import dev.meshclient.internal.call.Wire;
import dev.meshclient.internal.entry.EntrySettings;
import dev.meshclient.internal.entry.Router;
import dev.meshclient.internal.pipeline.Telemetry;
import dev.meshclient.internal.time.InlineTime;
import java.io.IOException;
import java.time.Duration;
import java.util.Objects;
import okhttp3.Request;
import okhttp3.Response;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class HealthChecksTest {
    private final InlineTime time = new InlineTime();
    private int checks;

    @ParameterizedTest
    @EnumSource(Thrown.class)
    void whatever_a_check_throws_the_next_one_follows(Thrown thrown) throws IOException {
        Router router = Router.withoutNames(
                time, Workload.unknown(), Telemetry.none(time), EntrySettings.NONE, Duration.ofHours(1));
        router.control()
                .apply(Documents.mesh("test")
                        .services(Documents.service("orders")
                                .endpoint("10.0.0.1", 80)
                                .with("'healthCheck': {'path': '/healthz', 'interval': '1s', 'timeout': '1s'}"))
                        .readStrict());
        CheckWire throwing = (backend, endpoint, request, timeout) -> {
            checks++;
            throw thrown.now();
        };
        Wire wire = new Wire() {
            @Override
            public Response send(Attempt attempt) throws IOException {
                return Calls.respond(attempt, 200);
            }

            @Override
            public CheckWire checks() {
                return throwing;
            }
        };
        Request request = new Request.Builder().url("http://orders/").build();
        Calls.call(time, request, wire)
                .run(Objects.requireNonNull(Calls.layers(router.admit("orders", 80))))
                .close();
        time.step(Duration.ofSeconds(10).toNanos());
        assertThat(checks).isGreaterThan(5);
    }
}
