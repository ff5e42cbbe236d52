package dev.meshclient.examples.demo;

import java.io.IOException;
import java.time.Duration;
import java.util.List;

/** An instance dies while the registry still lists it; then the registry learns of it; then it is replaced. */
final class InstanceDies implements Step {
    private static final int CALLS = 90;
    private static final String SERVICE = "service-b";
    private static final String ZONE = "b";

    /** One call in three needs a retry: so few that the built-in retry budget, 10 a second at least, is enough. */
    private static final Duration PAUSE = Duration.ofMillis(45);

    @Override
    public String title() {
        return "An instance dies: callers do not notice";
    }

    @Override
    public void run(Stage stage) throws IOException {
        Fleet fleet = stage.fleet();
        fleet.living(SERVICE, "v1", ZONE).kill();
        stage.say(SERVICE + " in zone " + ZONE + " is killed; the document still lists it");
        Round killed = stage.calls(CALLS, PAUSE);
        stage.expect(
                "errors seen by callers", Bounds.exactly(0), killed.errors().size());
        stage.expect("retries: one for each call of zone " + ZONE, Bounds.exactly(CALLS / 3), killed.retries());
        stage.expect("zone crossings: those calls only", Bounds.exactly(CALLS / 3), killed.crossings());

        List<Instance> living = fleet.living();
        stage.publish("it is not listed any more", fleet.document().withListed(living));
        Round unlisted = stage.calls(CALLS);
        stage.expect(
                "errors seen by callers", Bounds.exactly(0), unlisted.errors().size());
        stage.expect("retries", Bounds.exactly(0), unlisted.retries());
        stage.say("       zone " + ZONE
                + " calls elsewhere, and Envoy's zone-aware rule evens out what that does to service-c");

        fleet.add(SERVICE, "v1", ZONE);
        stage.publish("a new instance is listed", fleet.document().withListed(fleet.living()));
        Round replaced = stage.calls(CALLS);
        stage.expect(
                "errors seen by callers", Bounds.exactly(0), replaced.errors().size());
        stage.expect("retries", Bounds.exactly(0), replaced.retries());
        stage.expect("zone crossings", Bounds.exactly(0), replaced.crossings());
    }
}
