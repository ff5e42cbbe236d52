package dev.meshclient.simulator;

import dev.meshclient.internal.call.Outcome;
import dev.meshclient.simulator.Scenario.Fault;
import dev.meshclient.simulator.Scenario.Group;
import java.util.List;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/** An endpoint of the fleet: what it answers, by the time and by its requests at once. */
final class Peer {
    /** Answers of an endpoint above its capacity take no work. */
    private static final long SHED_NANOS = 1_000_000;
    /** The read timeout of an OkHttpClient that states none. */
    private static final long READ_TIMEOUT_NANOS = 10_000_000_000L;

    private final @Nullable Group group;
    private final List<FaultOfPeer> faults;
    private int busy;

    /**
     * A fault of this endpoint.
     *
     * @param place the number of the endpoint among the selected ones, from 0: a restart comes to one after the other
     */
    record FaultOfPeer(Fault fault, int place) {
        boolean isActive(long now) {
            long since = now - fault.from() - place * fault.everyNanos();
            return fault.kind() == Scenario.Kind.restart
                    ? place >= 0 && since >= 0 && since < fault.nanos()
                    : fault.isActive(now);
        }
    }

    /**
     * What comes back.
     *
     * @param nanos until the headers, or the failure
     * @param failure null: a response
     */
    record Answer(long nanos, int status, @Nullable Outcome failure) {}

    /** @param group null: the scenario says nothing of it */
    Peer(@Nullable Group group, List<FaultOfPeer> faults) {
        this.group = group;
        this.faults = faults;
    }

    Answer arrive(long now, RandomGenerator random) {
        busy++;
        double factor = 1;
        for (FaultOfPeer of : faults) {
            Fault fault = of.fault();
            if (!of.isActive(now)) {
                continue;
            }
            switch (fault.kind()) {
                case refuse, restart -> {
                    return new Answer(0, 0, Outcome.CONNECT_FAILURE);
                }
                case reset -> {
                    return new Answer(latency(random), 0, Outcome.RESET);
                }
                case blackHole, zoneLoss -> {
                    return new Answer(READ_TIMEOUT_NANOS, 0, Outcome.ATTEMPT_TIMEOUT);
                }
                case status -> {
                    return new Answer(fault.nanos(), fault.status(), null);
                }
                case slow -> factor *= fault.factor();
                case publish -> {}
            }
        }
        if (group != null && group.atOnce() > 0 && busy > group.atOnce()) {
            if (group.status() > 0) {
                return new Answer(SHED_NANOS, group.status(), null);
            }
            factor *= (double) busy / group.atOnce();
        }
        return new Answer((long) (latency(random) * factor), 200, null);
    }

    void leave() {
        busy--;
    }

    /** Log-normal. StrictMath and a sum of twelve: Math and nextGaussian differ between JDKs in the last bit. */
    private long latency(RandomGenerator random) {
        double sum = 0;
        for (int i = 0; i < 12; i++) {
            sum += random.nextDouble();
        }
        double sigma = group == null ? 0.3 : group.sigma();
        return (long) ((group == null ? 10_000_000L : group.medianNanos()) * StrictMath.exp(sigma * (sum - 6)));
    }
}
