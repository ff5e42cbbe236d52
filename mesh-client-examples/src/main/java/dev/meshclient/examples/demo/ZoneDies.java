package dev.meshclient.examples.demo;

import java.io.IOException;
import java.time.Duration;
import java.util.List;

/** All instances of a zone die and return, and the document does not change. */
final class ZoneDies implements Step {
    private static final int CALLS = 90;
    private static final String ZONE = "a";
    private static final int WINDOWS = 3;
    private static final int WINDOW = 160;

    /** Slow enough that the share grows between two windows by far more than by chance. */
    private static final Duration PACE = Duration.ofMillis(20);

    @Override
    public String title() {
        return "A zone dies, and the document still lists it: calls spill, and return";
    }

    @Override
    public void run(Stage stage) throws IOException {
        Fleet fleet = stage.fleet();
        Caller caller = fleet.caller(ZONE);
        long began = System.nanoTime();
        List<Instance> dead = fleet.killZone(ZONE);
        stage.say("all " + dead.size() + " instances in zone " + ZONE + " are killed; its callers still run");
        Round spilled = stage.calls(CALLS);
        stage.expect(
                "errors seen by callers", Bounds.exactly(0), spilled.errors().size());
        stage.expect("calls answered in zone " + ZONE, Bounds.exactly(0), spilled.into(ZONE));
        stage.expect(
                "meshes that eject " + ZONE,
                new Bounds(1, 3, "its callers do; in two others, calls still stray to it after the steps before"),
                spilled.ejecting());
        stage.expect("retries: 5 failures until each ejects, 1 a probe", retries(began), spilled.retries());
        stage.say("       these calls are GETs; a POST that was under way would have failed, as it is not repeated");

        fleet.revive(dead);
        stage.say("they run again, on the same ports");
        Round probe =
                stage.calls(Load.until(() -> caller.member().returns() > 0).from(caller));
        stage.expect("errors seen by callers", Bounds.exactly(0), probe.errors().size());
        stage.expect("calls answered in zone " + ZONE + ": one probe", Bounds.exactly(1), probe.into(ZONE));
        comeHome(stage, caller);
    }

    private static Bounds retries(long began) {
        long probes = Duration.ofNanos(System.nanoTime() - began).toSeconds() + 1;
        return new Bounds(5, 3 * (6 + probes), "");
    }

    /** The ramp back begins with the first call after the probe. */
    private static void comeHome(Stage stage, Caller caller) throws IOException {
        long earliest = System.nanoTime();
        caller.call();
        long latest = System.nanoTime();
        int first = 0;
        int last = 0;
        for (int i = 0; i < WINDOWS; i++) {
            double least = Return.share(Duration.ofNanos(System.nanoTime() - latest));
            Round window = stage.calls(Load.of(WINDOW).from(caller).each(PACE));
            double most = Return.share(Duration.ofNanos(System.nanoTime() - earliest));
            last = window.into(ZONE);
            first = i == 0 ? last : first;
            stage.expect(
                    "errors seen by callers", Bounds.exactly(0), window.errors().size());
            stage.expect(
                    "calls in the own zone again, of " + WINDOW,
                    Bounds.between(
                            WINDOW,
                            least,
                            most,
                            "each with %d to %d %%".formatted(Math.round(100 * least), Math.round(100 * most))),
                    last);
        }
        stage.expect(
                "more in the last " + WINDOW + " calls than in the first",
                new Bounds(1, WINDOW, "the share grows by 1 % each 0.3 s, until all calls are there after 30 s"),
                last - first);
    }
}
