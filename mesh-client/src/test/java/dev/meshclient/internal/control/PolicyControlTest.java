package dev.meshclient.internal.control;

import static org.assertj.core.api.Assertions.assertThat;

import dev.meshclient.Documents;
import dev.meshclient.Workload;
import dev.meshclient.internal.pipeline.AppliedPolicy;
import dev.meshclient.internal.pipeline.CurrentState;
import dev.meshclient.internal.pipeline.LocalWorkload;
import dev.meshclient.internal.pipeline.Telemetry;
import dev.meshclient.internal.time.StepTime;
import dev.meshclient.policy.PolicyException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Steps that fail after a document, or the time that a service is kept, has changed the policy. */
class PolicyControlTest {
    private static final String ORDERS = "'orders': {'hosts': ['orders']}";
    private static final String BOTH = ORDERS + ", 'left': {'hosts': ['left']}";

    private final List<String> observed = new ArrayList<>();
    private int faultsOfClock;
    private int faultsOfThreads;
    private int faultsOfObserver;

    private final StepTime time = new StepTime() {
        @Override
        public long now() {
            fail(faultsOfClock-- > 0);
            return super.now();
        }

        @Override
        public void start(String name, Runnable task) {
            fail(faultsOfThreads-- > 0);
            task.run();
        }
    };
    private final PolicyControl control = new PolicyControl(
            new CurrentState(time, name -> List.of(), LocalWorkload.of(Workload.unknown(), time), Telemetry.none(time)),
            time,
            Duration.ofMinutes(30));

    PolicyControlTest() {
        control.observer(new PolicyControl.Observer() {
            @Override
            public void inForce(AppliedPolicy policy, Applied what, boolean first) {
                fail(faultsOfObserver-- > 0);
                observed.add(policy.revision() + " " + what + (first ? " first" : ""));
            }
        });
    }

    private static void fail(boolean now) {
        if (now) {
            throw new IllegalStateException("made to fail");
        }
    }

    private void apply(int version, String services) throws PolicyException {
        control.apply(Documents.mesh("m")
                .metadata("'version': " + version)
                .services(services)
                .read());
    }

    private void leaveOut() throws PolicyException {
        apply(1, BOTH);
        apply(2, ORDERS);
        observed.clear();
    }

    @Test
    void a_stale_service_that_could_not_be_dropped_is_dropped_a_minute_later() throws Exception {
        leaveOut();
        time.step(Duration.ofMinutes(29).toNanos());
        faultsOfClock = 1;
        time.step(Duration.ofMinutes(1).toNanos());
        assertThat(control.applied().services()).containsKey("left");
        assertThat(control.failedStep()).hasMessageContaining("made to fail").hasMessageContaining("again in 60 s");
        time.step(Duration.ofMinutes(1).toNanos());
        assertThat(control.applied().services()).containsOnlyKeys("orders");
        assertThat(control.failedStep()).isNull();
        assertThat(time.armed()).isZero();
    }

    @Test
    void a_stale_service_is_dropped_later_if_there_is_no_thread_to_drop_it() throws Exception {
        leaveOut();
        faultsOfThreads = 1;
        time.step(Duration.ofMinutes(30).toNanos());
        assertThat(control.applied().services()).containsKey("left");
        time.step(Duration.ofMinutes(1).toNanos());
        assertThat(control.applied().services()).containsOnlyKeys("orders");
    }

    @Test
    void hosts_that_could_not_be_claimed_are_claimed_when_a_stale_service_is_dropped() throws Exception {
        leaveOut();
        faultsOfObserver = 1;
        apply(3, ORDERS);
        assertThat(control.failedStep()).hasMessageContaining("claim its hosts");
        faultsOfObserver = 1;
        time.step(Duration.ofMinutes(30).toNanos());
        assertThat(control.failedStep()).hasMessageContaining("claim its hosts");
        assertThat(observed).isEmpty();
        apply(3, ORDERS);
        assertThat(observed).containsExactly("version 3 IN_FORCE");
        assertThat(control.failedStep()).isNull();
    }

    @Test
    void the_same_document_again_repeats_the_steps_that_failed() throws Exception {
        faultsOfObserver = 2;
        apply(1, ORDERS);
        apply(1, ORDERS);
        assertThat(control.failedStep()).hasMessageContaining("claim its hosts");
        apply(1, ORDERS);
        apply(1, ORDERS);
        assertThat(control.failedStep()).isNull();
        assertThat(observed).containsExactly("version 1 IN_FORCE first", "version 1 NOTHING_NEW");
    }
}
