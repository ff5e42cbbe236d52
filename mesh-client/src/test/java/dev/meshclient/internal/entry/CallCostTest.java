package dev.meshclient.internal.entry;

import static org.assertj.core.api.Assertions.assertThat;

import dev.meshclient.Workload;
import dev.meshclient.internal.call.Call;
import dev.meshclient.internal.call.CallLayer;
import dev.meshclient.internal.call.Calls;
import dev.meshclient.internal.pipeline.Telemetry;
import dev.meshclient.internal.time.StepTime;
import dev.meshclient.policy.json.PolicyCodec;
import java.time.Duration;
import java.util.Objects;
import org.junit.jupiter.api.Test;

/** What the layers do for each call, with the built-in policy. */
class CallCostTest {
    private int reads;
    private final StepTime time = new StepTime() {
        @Override
        public long now() {
            reads++;
            return super.now();
        }
    };

    /** A reading takes 20 to 60 ns, as much as all that a layer does. */
    @Test
    void a_call_with_one_attempt_reads_the_clock_when_it_starts_and_when_it_is_answered() throws Exception {
        Router router = Router.withoutNames(
                time, Workload.unknown(), Telemetry.none(time), EntrySettings.NONE, Duration.ofHours(1));
        router.control().apply(PolicyCodec.read("""
                {"apiVersion": "meshclient.dev/v1", "kind": "MeshPolicy", "metadata": {"mesh": "test"}, "services": {"orders":
                 {"hosts": ["orders"], "endpoints": [{"address": "10.0.0.1", "port": 80}, {"address": "10.0.0.2", "port": 80}]}}}
                """));
        CallLayer layers = Objects.requireNonNull(Calls.layers(router.admit("orders", 80)));
        reads = 0;

        Call call = Calls.call(time, Calls.get());
        call.run(layers).close();

        assertThat(call.isOver()).isTrue();
        assertThat(reads).isEqualTo(2);
    }
}
