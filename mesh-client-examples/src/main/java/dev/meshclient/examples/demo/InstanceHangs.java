package dev.meshclient.examples.demo;

import java.io.IOException;

/** An instance stays up and answers nothing: a hedge at an instance of another zone answers in its place. */
final class InstanceHangs implements Step {
    private static final String SERVICE = "service-a";
    private static final String ZONE = "b";
    private static final int CALLS = 15; // a third from each zone

    @Override
    public String title() {
        return "An instance hangs: hedges answer in its place";
    }

    @Override
    public void run(Stage stage) throws IOException {
        Fleet fleet = stage.fleet();
        stage.publish(
                "a call without an answer after 1 s is sent to a second instance, too",
                fleet.document().withHedges(true));
        Instance hanging = fleet.living(SERVICE, "v1", ZONE);
        hanging.hang();
        stage.say(SERVICE + " in zone " + ZONE + " answers nothing");
        Round hedged = stage.calls(CALLS);
        stage.expect(
                "errors seen by callers", Bounds.exactly(0), hedged.errors().size());
        Bounds itsCalls = new Bounds(CALLS / 3, CALLS, "those of zone c, which returns by degrees, may be among them");
        stage.expect("calls that it got", itsCalls, hanging.received());
        stage.expect(
                "hedges, elsewhere",
                new Bounds(hanging.received(), CALLS, "a machine that is slow itself may hedge other calls, too"),
                hedged.retries());
        hanging.goOn();
        stage.publish("no hedges", fleet.document().withHedges(false));
        Round after = stage.calls(CALLS);
        stage.say("it answers again");
        stage.expect("errors seen by callers", Bounds.exactly(0), after.errors().size());
        stage.expect("calls that it got", itsCalls, hanging.received());
    }
}
