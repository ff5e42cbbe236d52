package dev.meshclient.internal.endpoint;

/** The sums of some attempts. Not for several threads. */
public final class AttemptCounts {
    long requests;
    long failures;
    long retries;
    final long[] latencies = new long[AttemptWindow.BUCKETS];

    /** Attempts, first ones and retries alike. */
    public long requests() {
        return requests;
    }

    /** Attempts without a response, or with a server error. */
    public long failures() {
        return failures;
    }

    /** Attempts that were not the first of their call. */
    public long retries() {
        return retries;
    }

    /** The latency that so many percent of the attempts do not exceed; {@link RecentAttempts#NO_LATENCY}: none has one. */
    public long latencyNanos(int percent) {
        long all = 0;
        for (long count : latencies) {
            all += count;
        }
        long rank = (all * percent + 99) / 100;
        long seen = 0;
        for (int i = 0; i < latencies.length; i++) {
            seen += latencies[i];
            if (all > 0 && seen >= rank) {
                return AttemptWindow.middle(i);
            }
        }
        return RecentAttempts.NO_LATENCY;
    }

    /** Adds other attempts. */
    public void add(AttemptCounts others) {
        requests += others.requests;
        failures += others.failures;
        retries += others.retries;
        for (int i = 0; i < latencies.length; i++) {
            latencies[i] += others.latencies[i];
        }
    }
}
