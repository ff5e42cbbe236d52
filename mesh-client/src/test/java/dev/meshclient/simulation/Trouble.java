package dev.meshclient.simulation;

import static dev.meshclient.simulation.Simulation.MINUTE;
import static dev.meshclient.simulation.Simulation.MS;
import static dev.meshclient.simulation.Simulation.SECOND;

import dev.meshclient.internal.call.Attempt;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/** A way in which an endpoint of the matrix is not as usual. */
interface Trouble {
    /** What it answers to this request; null: as usual, but more slowly by the {@link #factor}. */
    Peer.@Nullable Answer answer(Attempt attempt, long now, RandomGenerator random);

    /** How many times as long the usual answer takes. */
    default double factor(long now) {
        return 1;
    }

    /** Whether a request now would be served. */
    default boolean serves(String path, long now) {
        return false;
    }

    static Trouble status(int status, long nanos) {
        return (attempt, now, random) -> Peer.Answer.status(status, nanos);
    }

    static Trouble refuses() {
        return (attempt, now, random) -> Peer.Answer.refused();
    }

    /** No connection and no refusal: the caller waits for its timeout of a second. */
    static Trouble unreachable() {
        return (attempt, now, random) -> new Peer.Answer(SECOND, 0, 0);
    }

    static Trouble blackHole() {
        return (attempt, now, random) -> Peer.Answer.ok(10 * MINUTE);
    }

    /** Of a thousand requests so many are answered like this. */
    static Trouble sometimes(int perMille, Peer.Answer answer) {
        return new Trouble() {
            @Override
            public Peer.@Nullable Answer answer(Attempt attempt, long now, RandomGenerator random) {
                return random.nextInt(1000) < perMille ? answer : null;
            }

            @Override
            public boolean serves(String path, long now) {
                return true;
            }
        };
    }

    /** Only requests with this path. */
    static Trouble of(String itsPath, Trouble trouble) {
        return new Trouble() {
            @Override
            public Peer.@Nullable Answer answer(Attempt attempt, long now, RandomGenerator random) {
                String path = attempt.call().request().url().encodedPath();
                return path.equals(itsPath) ? trouble.answer(attempt, now, random) : null;
            }

            @Override
            public boolean serves(String path, long now) {
                return !path.equals(itsPath) || trouble.serves(path, now);
            }
        };
    }

    static Trouble slow(double factor) {
        return new Slow(factor, 0, 1);
    }

    /** So many times as long at first, and as usual when the time has passed. */
    static Trouble cold(double factor, long from, long nanos) {
        return new Slow(factor, from, nanos);
    }

    /**
     * An answer that takes its time.
     *
     * @param over how long it takes to become as usual; 1: it does not
     */
    record Slow(double most, long from, long over) implements Trouble {
        @Override
        public Peer.@Nullable Answer answer(Attempt attempt, long now, RandomGenerator random) {
            return null;
        }

        @Override
        public double factor(long now) {
            return over == 1 ? most : 1 + (most - 1) * Math.max(0, 1 - (double) (now - from) / over);
        }

        @Override
        public boolean serves(String path, long now) {
            return factor(now) * 20 * MS < SECOND;
        }
    }

    /** So many requests a second are served, half as many at once; those above are answered like this. */
    static Trouble above(int perSecond, Peer.Answer answer) {
        return new Trouble() {
            private double tokens = perSecond / 2.0;
            private long since;

            @Override
            public Peer.@Nullable Answer answer(Attempt attempt, long now, RandomGenerator random) {
                tokens = available(now);
                since = now;
                if (tokens < 1) {
                    return answer;
                }
                tokens--;
                return null;
            }

            private double available(long now) {
                return Math.min(perSecond / 2.0, tokens + (now - since) * perSecond / 1e9);
            }

            @Override
            public boolean serves(String path, long now) {
                return available(now) >= 1;
            }
        };
    }
}
