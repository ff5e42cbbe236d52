package dev.meshclient.simulation;

import dev.meshclient.internal.call.Attempt;
import java.io.IOException;
import java.util.random.RandomGenerator;
import okhttp3.Headers;

/** A scripted endpoint: what it answers, by the time and by how busy it is. */
final class Peer {
    private static final int PORT = 80;

    private final String address;
    private final String zone;
    private final Script script;
    private Script health;
    int busy;
    int mostBusy;
    long served;
    long lastArrival;

    /** Runs on the thread of the attempt, and may wait. */
    @FunctionalInterface
    interface Script {
        Answer answer(long now, int busy, RandomGenerator random) throws IOException;

        /** For peers that call others for the attempt. */
        default Answer answer(Attempt attempt, long now, int busy, RandomGenerator random) throws IOException {
            return answer(now, busy, random);
        }
    }

    /**
     * What comes back.
     *
     * @param nanos until the headers, or the failure
     * @param status of the response; 0: connection refused; -1: reset; -2: stream refused
     * @param bodyNanos from the headers to the end of the body
     * @param headers of the response
     */
    record Answer(long nanos, int status, long bodyNanos, Headers headers) {
        Answer(long nanos, int status, long bodyNanos) {
            this(nanos, status, bodyNanos, Headers.EMPTY);
        }

        static Answer ok(long nanos) {
            return new Answer(nanos, 200, 0);
        }

        static Answer status(int status, long nanos) {
            return new Answer(nanos, status, 0);
        }

        /** Asks for a pause of so many seconds. */
        Answer retryAfter(int seconds) {
            return new Answer(nanos, status, bodyNanos, Headers.of("Retry-After", String.valueOf(seconds)));
        }

        static Answer refused() {
            return new Answer(0, 0, 0);
        }

        /** As after a GOAWAY: the peer says that it has not processed the request. */
        static Answer refusedStream(long nanos) {
            return new Answer(nanos, -2, 0);
        }
    }

    /** @param zone as in the policy; empty: none */
    Peer(String address, String zone, Script script) {
        this.address = address;
        this.zone = zone;
        this.script = script;
        this.health = script;
    }

    /** {@code address:port}, as the endpoint is called. */
    String name() {
        return address + ":" + PORT;
    }

    String zone() {
        return zone;
    }

    Answer arrive(Attempt attempt, long now, RandomGenerator random) throws IOException {
        busy++;
        served++;
        mostBusy = Math.max(mostBusy, busy);
        lastArrival = now;
        return script.answer(attempt, now, busy, random);
    }

    /** A health check, which is no request. */
    Answer check(long now, RandomGenerator random) throws IOException {
        return health.answer(now, busy, random);
    }

    /** Answers health checks as this script says, and not as requests. */
    Peer checked(Script script) {
        health = script;
        return this;
    }

    void leave() {
        busy--;
    }

    /** As an entry of {@code endpoints}. */
    String json(String health) {
        return "{\"address\": \"" + address + "\", \"port\": " + PORT + ", \"health\": \"" + health + "\""
                + (zone.isEmpty() ? "" : ", \"locality\": \"" + zone + "\"") + "}";
    }

    /**
     * About the median, with a long tail. StrictMath and a sum of twelve: Math and nextGaussian differ between JDKs in the
     * last bit.
     */
    static long logNormal(long medianNanos, double sigma, RandomGenerator random) {
        double sum = 0;
        for (int i = 0; i < 12; i++) {
            sum += random.nextDouble();
        }
        return (long) (medianNanos * StrictMath.exp(sigma * (sum - 6)));
    }
}
