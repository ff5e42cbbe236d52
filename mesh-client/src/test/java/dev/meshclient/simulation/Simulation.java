package dev.meshclient.simulation;

import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.meshclient.internal.time.ThreadKind;
import dev.meshclient.internal.time.VirtualTime;
import java.io.IOException;

/** Plays scenarios: for their numbers, or for the races in them. */
final class Simulation {
    static final long MS = 1_000_000;
    static final long SECOND = 1_000_000_000;
    static final long MINUTE = 60 * SECOND;
    private static final long SEED = 1;

    private Simulation() {}

    /** The root task; it returns the line to check in. */
    @FunctionalInterface
    interface Scenario {
        String play(VirtualTime time) throws IOException;
    }

    /** Continuous times, always the same seed. */
    static String numbers(ThreadKind kind, Scenario scenario) {
        assumeTrue(kind.isAvailable());
        return play(VirtualTime.continuous(kind, SEED), scenario);
    }

    /** Whole milliseconds, so that events meet, once for each seed. What the scenario returns does not matter. */
    static void races(int seeds, Scenario scenario) {
        for (int seed = 1; seed <= seeds; seed++) {
            try {
                play(VirtualTime.inWholeMillis(ThreadKind.PLATFORM, seed), scenario);
            } catch (AssertionError e) {
                throw new AssertionError("with seed " + seed + ": " + e.getMessage(), e);
            }
        }
    }

    private static String play(VirtualTime time, Scenario scenario) {
        String[] line = new String[1];
        time.run(() -> line[0] = scenario.play(time));
        return line[0];
    }
}
