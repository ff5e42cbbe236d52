package dev.meshclient.internal.balance;

import dev.meshclient.internal.call.Attempt;
import dev.meshclient.internal.call.Call;
import dev.meshclient.internal.call.Idempotence;
import dev.meshclient.internal.endpoint.Endpoint;
import dev.meshclient.internal.endpoint.EndpointHealth;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Decider: the endpoints of a plan that are ejected or fail their health checks, and the attempts that probe them. Immutable. */
final class Probes {
    /** How long a due probe waits for a repeatable request before any request may probe. */
    private static final long CHOOSY_NANOS = 10_000_000_000L;

    private final List<Endpoint> ejected;
    private final long next;

    private Probes(List<Endpoint> ejected) {
        this.ejected = ejected;
        long first = Long.MAX_VALUE;
        for (Endpoint endpoint : ejected) {
            first = Math.min(first, endpoint.state().probeAt());
        }
        this.next = first;
    }

    /** Those of these priorities. */
    static Probes of(List<Tier> tiers, EjectedPositions ejected) {
        List<Endpoint> found = new ArrayList<>();
        for (Tier tier : tiers) {
            List<Endpoint> callable = tier.endpoints(Tier.Kind.CALLABLE);
            for (int position : ejected.positions(callable)) {
                found.add(callable.get(position));
            }
        }
        return new Probes(List.copyOf(found));
    }

    /** The endpoints that are ejected or fail their health checks. */
    List<Endpoint> ejected() {
        return ejected;
    }

    /** The number of ejected endpoints. */
    int count() {
        return ejected.size() - failingChecks();
    }

    /** The number of endpoints that fail their health checks. */
    int failingChecks() {
        return (int) ejected.stream().filter(e -> e.state().failsChecks()).count();
    }

    /** When the first ejected endpoint may be probed; {@link Long#MAX_VALUE}: no endpoint is ejected. */
    long next() {
        return next;
    }

    /** An ejected endpoint that is due for a probe and that this attempt may probe; null if there is none. */
    @Nullable
    Endpoint take(Attempt attempt, long now) {
        if (now < next) {
            return null;
        }
        long due = due(attempt.call(), now);
        Tried tried = new Tried(attempt);
        for (int i = 0; i < ejected.size(); i++) {
            Endpoint endpoint = ejected.get(i);
            EndpointHealth state = endpoint.state();
            if (state.probeAt() <= due && !tried.has(endpoint) && state.takeProbe(now)) {
                return endpoint;
            }
        }
        return null;
    }

    /** The ejected endpoint that a first attempt of this call would probe; null: none is due for it. */
    @Nullable
    Endpoint dueFor(Call call, long now) {
        long due = due(call, now);
        return ejected.stream()
                .filter(e -> e.state().mayBeProbed(now) && e.state().ejectedUntil() <= due)
                .findFirst()
                .orElse(null);
    }

    /** Whether an attempt after this one may probe an ejected endpoint. */
    boolean hasAfter(Attempt attempt, long now) {
        long due = due(attempt.call(), now);
        Tried earlier = new Tried(attempt);
        Endpoint last = attempt.endpoint();
        return ejected.stream()
                .filter(e -> e.state().mayBeProbed(due))
                .anyMatch(e -> !earlier.has(e) && (last == null || last.state() != e.state()));
    }

    /** A call probes endpoints that were due at this time. */
    private static long due(Call call, long now) {
        return Idempotence.isRepeatable(call.request(), call.options()) ? now : now - CHOOSY_NANOS;
    }

    @Override
    public String toString() {
        return ejected.isEmpty() ? "" : ", ejected: " + ejected;
    }
}
