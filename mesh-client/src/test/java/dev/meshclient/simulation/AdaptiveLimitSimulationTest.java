package dev.meshclient.simulation;

import static dev.meshclient.simulation.Simulation.MINUTE;
import static dev.meshclient.simulation.Simulation.MS;
import static dev.meshclient.simulation.Simulation.SECOND;

import dev.meshclient.Workload;
import dev.meshclient.internal.time.ThreadKind;
import dev.meshclient.internal.time.VirtualTime;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** A server that handles a number of calls at a time, and takes longer in proportion above that. */
class AdaptiveLimitSimulationTest {
    private static final double RATE = 120; // of the 200 calls a second that it handles while it is well

    /** What becomes of the server. */
    private enum Change {
        /** It handles a quarter for a minute: 50 calls a second. */
        STEP {
            @Override
            double places(long now) {
                return now >= MINUTE && now < 2 * MINUTE ? 2.5 : 10;
            }
        },
        /** Each call takes ever longer, until it handles 67 calls a second. */
        DRIFT {
            @Override
            double nanos(long now) {
                return 50 * MS * (1 + 2 * (double) now / (4 * MINUTE));
            }
        },
        /** It loses one of its places every 25 s. */
        SLOW_LEAK {
            @Override
            double places(long now) {
                return Math.max(2, 10 - now / (25 * SECOND));
            }
        };

        double places(long now) {
            return 10;
        }

        double nanos(long now) {
            return 50 * MS;
        }
    }

    private static String play(VirtualTime time, Change change, String limits, long nanos) throws IOException {
        List<Peer> peers = List.of(new Peer(
                "10.0.0.1",
                "",
                (now, busy, random) -> Peer.Answer.ok(Peer.logNormal(
                        (long) (change.nanos(now) * Math.max(1, busy / change.places(now))), 0.1, random))));
        World world = new World(time, Workload.of("web"), peers);
        world.apply(World.document("orders", peers, "'limits': {'maxRequests': 200" + limits + "}"));
        world.play(RATE, nanos);
        String name = change.name().toLowerCase(Locale.ROOT).replace('_', ' ');
        return world.line(
                name + (limits.isEmpty() ? "" : limits.contains("Pending") ? ", adaptive, queue" : ", adaptive"));
    }

    @ParameterizedTest
    @EnumSource
    void numbers_of_four_minutes(ThreadKind kind) throws IOException {
        List<String> lines = new ArrayList<>();
        for (Change change : Change.values()) {
            for (String limits : List.of("", ", 'adaptive': true", ", 'adaptive': true, 'maxPendingRequests': 20")) {
                lines.add(Simulation.numbers(kind, time -> play(time, change, limits, 4 * MINUTE)));
            }
        }
        Results.check("adaptive-limit", lines);
    }

    @Test
    void holds_when_events_meet() {
        Simulation.races(
                3, time -> play(time, Change.STEP, ", 'adaptive': true, 'maxPendingRequests': 5", 70 * SECOND));
    }
}
