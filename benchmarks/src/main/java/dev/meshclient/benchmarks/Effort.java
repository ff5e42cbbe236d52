package dev.meshclient.benchmarks;

/**
 * States how long a scenario is measured.
 *
 * @param warmUp calls of each client before the first round
 * @param calls calls of each client in a round over loopback, in {@link #TURNS} turns; in memory five times as many
 */
record Effort(int warmUp, int rounds, int calls) {
    /** Of each client in a round. */
    static final int TURNS = 20;

    static final Effort WHOLE = new Effort(60_000, 5, 20_000);
    /** Shows that everything works; its processor times mean nothing. */
    static final Effort QUICK = new Effort(20_000, 3, 1_000);

    /** Calls of a client in a row: few, so that what happens on the machine happens to all clients alike. */
    int turn() {
        return calls / TURNS;
    }

    boolean isWhole() {
        return equals(WHOLE);
    }

    Effort inMemory() {
        return new Effort(warmUp, rounds, 5 * calls);
    }
}
