package dev.meshclient.internal.pipeline;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.meshclient.Thrown;
import dev.meshclient.Workload;
import dev.meshclient.internal.breaker.BreakerRegistry;
import dev.meshclient.internal.endpoint.Slot;
import dev.meshclient.internal.ratelimit.RateRegistry;
import dev.meshclient.internal.time.StepTime;
import io.github.resilience4j.ratelimiter.RateLimiterRegistry;
import java.util.List;
import java.util.Objects;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Whatever fails while a policy is put in force: afterwards the previous policy is whole, or the new one is. */
class FailedActivationTest {
    /** Each call that an activation makes to the clock, a timer, a thread, a listener or the engine fails in its turn. */
    @Test
    void the_policy_before_is_whole_or_the_new_one_is() throws Exception {
        List<Object> before = OneThreadMesh.ejecting().facts();
        OneThreadMesh replaced = OneThreadMesh.ejecting();
        replaced.apply(OneThreadMesh.NEW);
        List<Object> after = replaced.facts();

        int refused = 0;
        int inForce = 0;
        for (boolean failed = true; failed; ) {
            OneThreadMesh mesh = OneThreadMesh.ejecting();
            mesh.failAfter(refused + inForce);
            if (isApplied(mesh)) {
                inForce++;
                assertThat(mesh.facts()).as("call %d fails", refused + inForce).isEqualTo(after);
            } else {
                refused++;
                assertThat(mesh.facts()).as("call %d fails", refused + inForce).isEqualTo(before);
            }
            failed = mesh.hasFailed;
        }
        assertThat(refused).isGreaterThanOrEqualTo(8);
        assertThat(inForce).as("three endpoints, a listener, and no failure").isEqualTo(5);
    }

    private static boolean isApplied(OneThreadMesh mesh) throws Exception {
        try {
            mesh.apply(OneThreadMesh.NEW);
            return true;
        } catch (IllegalStateException e) {
            assertThat(e).hasMessage("made to fail");
            return false;
        }
    }

    @Test
    void a_refused_policy_is_put_in_force_by_the_next_delivery() throws Exception {
        OneThreadMesh mesh = OneThreadMesh.ejecting();
        mesh.failsAfterCompile = true;
        assertThatThrownBy(() -> mesh.apply(OneThreadMesh.NEW)).hasMessage("made to fail");
        mesh.failsAfterCompile = false;
        mesh.apply(OneThreadMesh.NEW);

        OneThreadMesh replaced = OneThreadMesh.ejecting();
        replaced.apply(OneThreadMesh.NEW);
        assertThat(mesh.facts()).isEqualTo(replaced.facts());
    }

    @ParameterizedTest
    @EnumSource(Thrown.class)
    void a_step_that_fails_stops_no_other_step_and_is_remembered_until_the_next_document(Thrown thrown)
            throws Exception {
        OneThreadMesh mesh = OneThreadMesh.ejecting();
        Slot<Object> poisoned = Slot.of(Object::new).whenDropped(state -> {
            throw thrown.now();
        });
        mesh.current.now().states().forEachService(service -> service.get(poisoned));
        mesh.apply(OneThreadMesh.NEW);
        assertThat(mesh.router.control().failedStep())
                .hasMessageContaining("is in force")
                .hasMessageContaining("drop the state of the previous policy")
                .hasMessageContaining(thrown.text());

        OneThreadMesh whole = OneThreadMesh.ejecting();
        whole.apply(OneThreadMesh.NEW);
        assertThat(mesh.facts()).isEqualTo(whole.facts());
        mesh.apply(OneThreadMesh.OLD);
        assertThat(mesh.router.control().failedStep()).isNull();
    }

    @Test
    @SuppressWarnings("NullAway") // parts that fail
    void each_part_of_a_backend_is_in_force_although_an_earlier_one_fails() throws Exception {
        StepTime time = new StepTime();
        RateLimiterRegistry registry = RateLimiterRegistry.ofDefaults();
        LocalWorkload self = LocalWorkload.of(Workload.unknown(), time)
                .with(new Registries(BreakerRegistry.NONE, RateRegistry.of(registry)));
        CompiledBackend whole = Objects.requireNonNull(Compiled.state(
                        OneThreadMesh.document(
                                "'orders': {'hosts': ['orders'], 'rateLimit': {'limitForPeriod': 3, 'limitRefreshPeriod': '1s'},"
                                        + " 'endpoints': [{'address': '10.0.0.1', 'port': 80}]}"),
                        self,
                        time)
                .backend("orders"));
        CompiledBackend broken = new CompiledBackend(
                whole.name(),
                whole.service(),
                whole.serviceState(),
                whole.state(),
                whole.endpoints(),
                whole.hasEndpoints(),
                whole.named(),
                null,
                whole.budget(),
                null,
                whole.ejections(),
                whole.checks(),
                whole.breaker(),
                whole.rateLimit());
        registry.rateLimiter("orders").changeLimitForPeriod(7);
        ActivationSteps steps = new ActivationSteps("2");
        broken.activate(steps, 0);
        assertThat(steps.problem()).hasMessageContaining("the limits of orders");
        assertThat(registry.rateLimiter("orders").getRateLimiterConfig().getLimitForPeriod())
                .isEqualTo(3);
    }
}
