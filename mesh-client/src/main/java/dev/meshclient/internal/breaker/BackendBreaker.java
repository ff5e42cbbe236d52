package dev.meshclient.internal.breaker;

import dev.meshclient.MeshStatus;
import dev.meshclient.MeshStatus.CircuitBreaker.BreakerState;
import dev.meshclient.internal.endpoint.BackendState;
import dev.meshclient.internal.endpoint.ServiceState;
import dev.meshclient.internal.time.Time;
import dev.meshclient.policy.CircuitBreakerPolicy;
import java.time.Duration;
import java.util.Locale;
import java.util.Objects;
import java.util.function.BiConsumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The circuit breaker that one policy states for a backend, or that it states none. Listeners are notified of its changes in the
 * order in which they happen.
 */
public final class BackendBreaker {
    private static final Logger LOG = LoggerFactory.getLogger("dev.meshclient.breaker");

    private final Surroundings around;
    private final String service;
    private final String backend;
    private final ServiceState serviceState;
    private final BackendState backendState;
    private final @Nullable CircuitBreakerPolicy policy;

    /** Is notified when a breaker opens, opens half, or closes. */
    @FunctionalInterface
    public interface Watcher {
        /** @param backend {@code service} or {@code service/subset} */
        void breakerChanged(String service, String backend, BreakerState state, String why);
    }

    /** The parts that all breakers of a mesh share. */
    public record Surroundings(Time time, BreakerRegistry registry, Watcher watcher) {}

    private BackendBreaker(
            Surroundings around,
            String service,
            String backend,
            ServiceState serviceState,
            BackendState backendState,
            @Nullable CircuitBreakerPolicy policy) {
        this.around = around;
        this.service = service;
        this.backend = backend;
        this.serviceState = serviceState;
        this.backendState = backendState;
        this.policy = policy;
    }

    /**
     * A breaker that is not in force yet.
     *
     * @param backend {@code service} or {@code service/subset}
     * @param backendState its state outlives this policy
     * @param stated null: the policy states none
     */
    public static BackendBreaker create(
            Surroundings around,
            String service,
            String backend,
            ServiceState serviceState,
            BackendState backendState,
            @Nullable CircuitBreakerPolicy stated) {
        CircuitBreakerPolicy policy = stated != null && stated.isOn() ? stated : null;
        return new BackendBreaker(around, service, backend, serviceState, backendState, policy);
    }

    /** Puts it in force. */
    public void activate() {
        if (policy != null) {
            backendState.get(BreakerSlot.SLOT).put(this);
        } else {
            BreakerSlot earlier = backendState.find(BreakerSlot.SLOT);
            if (earlier != null) {
                earlier.stop();
            }
        }
    }

    /** Null: the policy states none. */
    @Nullable
    CircuitBreakerPolicy policy() {
        return policy;
    }

    String backend() {
        return backend;
    }

    BreakerSlot state() {
        return backendState.get(BreakerSlot.SLOT);
    }

    long now() {
        return around.time.now();
    }

    /** Whether the breaker of these rules may go on under the other ones. */
    boolean isLike(BackendBreaker other) {
        return policy != null && policy.equals(other.policy);
    }

    RunningBreaker start(BiConsumer<Phase, Phase> changes) {
        CircuitBreakerPolicy stated = Objects.requireNonNull(policy);
        // Dashboards would show a shadow as a breaker that refuses.
        BreakerRegistry registry = stated.shadow() ? BreakerRegistry.NONE : around.registry;
        return new RunningBreaker(around.time, backend, stated, registry, changes);
    }

    void unregister(RunningBreaker running) {
        around.registry.remove(running.breaker());
    }

    /** No policy has it any more. */
    void removed(Phase last) {
        if (last.isOpen() || last.isHalfOpen()) {
            report(BreakerState.CLOSED, "the policy in force has no circuit breaker for it", true);
            serviceState.notifyListeners();
        }
    }

    /** Queues the notice; {@link #notifyListeners} delivers it, under no lock. */
    void changed(Phase before, Phase now) {
        BreakerState state = state(now);
        if (state != state(before)) {
            report(state, state == BreakerState.CLOSED ? closed(before, now) : now.why(), state == BreakerState.CLOSED);
        }
    }

    private static String closed(Phase before, Phase now) {
        return now.state() == io.github.resilience4j.circuitbreaker.CircuitBreaker.State.CLOSED && before.isHalfOpen()
                ? "its probes succeed"
                : "set through resilience4j";
    }

    private void report(BreakerState state, String why, boolean good) {
        boolean shadow = policy != null && policy.shadow();
        serviceState.queueNotification(() -> {
            String words = state.name().toLowerCase(Locale.ROOT).replace('_', '-');
            String text = "the circuit breaker of '{}' " + (shadow ? "would be " : "is ") + words + ": {}";
            if (good || shadow) {
                LOG.info(text, backend, why);
            } else {
                LOG.warn(text, backend, why);
            }
            if (!shadow) {
                around.watcher.breakerChanged(service, backend, state, why);
            }
        });
    }

    void notifyListeners() {
        serviceState.notifyListeners();
    }

    private static BreakerState state(Phase phase) {
        return phase.isOpen() ? BreakerState.OPEN : phase.isHalfOpen() ? BreakerState.HALF_OPEN : BreakerState.CLOSED;
    }

    /** Its state now; null: the policy states none. */
    public MeshStatus.@Nullable CircuitBreaker status() {
        BreakerSlot state = backendState.find(BreakerSlot.SLOT);
        RunningBreaker running = state == null ? null : state.running();
        if (policy == null || running == null) {
            return null;
        }
        Phase phase = running.phase();
        long left = phase.until() - now();
        return new BreakerStatus(
                backend,
                state(phase),
                phase.why(),
                phase.until() == Phase.UNKNOWN ? null : Duration.ofNanos(Math.max(0, left)),
                phase.metrics().getNumberOfBufferedCalls(),
                phase.metrics().getNumberOfFailedCalls(),
                policy.shadow());
    }
}
