package dev.meshclient.examples.demo;

import java.io.IOException;
import java.time.Duration;
import java.util.List;

/** An instance dies while the registry still lists it; then another one replaces it. */
final class InstanceDies implements Step {
    private static final int CALLS = 90;
    private static final String SERVICE = "service-b";
    private static final String VERSION = "v2";
    private static final String ZONE = "b";

    @Override
    public String title() {
        return "An instance dies: callers do not notice";
    }

    @Override
    public void run(Stage stage) throws IOException {
        Fleet fleet = stage.fleet();
        fleet.living(SERVICE, VERSION, ZONE).kill();
        stage.say(SERVICE + " " + VERSION + " in zone " + ZONE + " is killed; the document still lists it");
        Round killed = stage.calls(CALLS);
        stage.expect(
                "errors seen by callers", Bounds.exactly(0), killed.errors().size());
        stage.expect("meshes that eject it, after 5 failures in a row", Bounds.exactly(1), killed.ejecting());
        stage.expect(
                "retries: no more than it takes to eject it",
                new Bounds(5, 6, "a connection that was open when it died may break without being counted"),
                killed.retries());
        stage.expect("zone crossings: the calls of zone " + ZONE, Bounds.exactly(CALLS / 3), killed.crossings());

        long began = System.nanoTime();
        Instance added = fleet.add(SERVICE, VERSION, ZONE);
        List<Instance> living = fleet.living();
        stage.publish("a new instance is listed in its place", fleet.document().withListed(living));
        Round replaced = stage.calls(CALLS);
        double most = Return.share(Duration.ofNanos(System.nanoTime() - began));
        stage.expect(
                "errors seen by callers", Bounds.exactly(0), replaced.errors().size());
        stage.expect("retries", Bounds.exactly(0), replaced.retries());
        stage.expect(
                "calls that it gets so far, of " + CALLS / 3,
                Bounds.between(CALLS / 3, 0, most, "a zone is given back its calls over 30 s"),
                added.received());
        stage.expect("zone crossings: the others", Bounds.exactly(CALLS / 3 - added.received()), replaced.crossings());
    }
}
