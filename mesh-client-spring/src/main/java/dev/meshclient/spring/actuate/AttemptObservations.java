package dev.meshclient.spring.actuate;

import dev.meshclient.telemetry.AttemptInfo;
import dev.meshclient.telemetry.CallInfo;
import dev.meshclient.telemetry.CallObserver;
import io.micrometer.observation.Observation;
import io.micrometer.observation.ObservationRegistry;
import java.io.IOException;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Makes an observation of each attempt, below the one that is current where the call is made: {@code http.client.requests} of a
 * {@code RestClient}. While the attempt runs, it is current on its thread.
 */
final class AttemptObservations implements CallObserver.Factory {
    private final Supplier<ObservationRegistry> registry;

    /** @param registry is asked at the first call, so that the registry of an application is not made early */
    AttemptObservations(Supplier<ObservationRegistry> registry) {
        this.registry = registry;
    }

    @Override
    public @Nullable CallObserver observe(CallInfo call) {
        ObservationRegistry registry = this.registry.get();
        return registry.isNoop() ? null : new Attempts(registry, registry.getCurrentObservation());
    }

    /** Those of one call: they follow each other, and each begins and ends on one thread. */
    private static final class Attempts implements CallObserver {
        private final ObservationRegistry registry;
        private final @Nullable Observation parent;
        private Observation running = Observation.NOOP;
        private Observation.Scope scope = Observation.Scope.NOOP;

        Attempts(ObservationRegistry registry, @Nullable Observation parent) {
            this.registry = registry;
            this.parent = parent;
        }

        @Override
        public void attemptStarting(AttemptInfo attempt, OutgoingHeaders headers) {
            Observation next = Observation.createNotStarted(
                    null, AttemptConvention.INSTANCE, () -> new MeshAttemptContext(attempt, headers), registry);
            running = (parent == null ? next : next.parentObservation(parent)).start();
            scope = running.openScope();
        }

        @Override
        public void attemptEnded(AttemptInfo attempt) {
            scope.close();
            IOException failure = attempt.failure();
            if (failure != null && !attempt.reason().equals(CallInfo.CANCELLED)) {
                running.error(failure);
            }
            running.stop();
            scope = Observation.Scope.NOOP;
            running = Observation.NOOP; // for an attempt whose handlers throw when it starts
        }
    }
}
