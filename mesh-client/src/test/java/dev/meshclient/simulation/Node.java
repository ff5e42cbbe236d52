package dev.meshclient.simulation;

import static dev.meshclient.simulation.Simulation.MS;

import dev.meshclient.internal.call.Attempt;
import java.util.ArrayList;
import java.util.List;
import java.util.random.RandomGenerator;
import okhttp3.Headers;
import org.jspecify.annotations.Nullable;

/** An endpoint of the matrix. It knows whether it is well, which the mesh must find out. */
final class Node implements Peer.Script {
    private static final int USUAL_CAPACITY = 20;

    private final Load load = new Load();
    private final List<Phase> phases = new ArrayList<>();
    private String zone = "";
    private long median = 20 * MS;
    private int capacity = Integer.MAX_VALUE;
    private @Nullable Trouble beyond;
    private boolean marked;

    /** What is other than usual for a while. */
    private record Phase(long from, long until, Trouble trouble) {
        boolean isNow(long now) {
            return now >= from && now < until;
        }
    }

    Node in(String itsZone) {
        zone = itsZone;
        return this;
    }

    Node median(long nanos) {
        median = nanos;
        return this;
    }

    /** The endpoint that the chart is about. */
    Node marked() {
        marked = true;
        return this;
    }

    /** Above so many requests at once it takes longer, in proportion. */
    Node capacity(int atOnce) {
        capacity = atOnce;
        return this;
    }

    /** Above so many requests at once it answers like this. */
    Node capacity(int atOnce, Trouble above) {
        beyond = above;
        return capacity(atOnce);
    }

    Node during(long from, long until, Trouble trouble) {
        phases.add(new Phase(from, until, trouble));
        return this;
    }

    boolean isMarked() {
        return marked;
    }

    Peer peer(int number) {
        return new Peer("10.0." + number / 250 + "." + (number % 250 + 1), zone, this);
    }

    @Override
    public Peer.Answer answer(long now, int busy, RandomGenerator random) {
        throw new AssertionError("an attempt is needed");
    }

    @Override
    public Peer.Answer answer(Attempt attempt, long now, int busy, RandomGenerator random) {
        Peer.Answer answer = choose(attempt, now, busy, random);
        if (answer.status() <= 0) {
            return answer;
        }
        String report = load.report(now, answer.status() >= 500, answer.nanos(), Math.min(capacity, USUAL_CAPACITY));
        Headers headers = answer.headers()
                .newBuilder()
                .add("endpoint-load-metrics", report)
                .build();
        return new Peer.Answer(answer.nanos(), answer.status(), answer.bodyNanos(), headers);
    }

    private Peer.Answer choose(Attempt attempt, long now, int busy, RandomGenerator random) {
        double factor = 1;
        for (Phase phase : phases) {
            if (phase.isNow(now)) {
                Peer.Answer answer = phase.trouble().answer(attempt, now, random);
                if (answer != null) {
                    return answer;
                }
                factor *= phase.trouble().factor(now);
            }
        }
        if (busy > capacity) {
            Peer.Answer answer = beyond == null ? null : beyond.answer(attempt, now, random);
            if (answer != null) {
                return answer;
            }
            factor *= (double) busy / capacity;
        }
        return Peer.Answer.ok((long) (factor * Peer.logNormal(median, 0.3, random)));
    }

    /** Whether one more request would have been served now, with so many in progress. */
    boolean isWell(String path, long now, int busy) {
        return busy < capacity
                && phases.stream()
                        .allMatch(phase -> !phase.isNow(now) || phase.trouble().serves(path, now));
    }
}
