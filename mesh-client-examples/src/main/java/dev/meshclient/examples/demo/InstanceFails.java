package dev.meshclient.examples.demo;

import java.io.IOException;

/** An instance stays up and answers 503: it is ejected, probed by one request at a time, and returned when it answers again. */
final class InstanceFails implements Step {
    private static final String SERVICE = "service-a";
    private static final String ZONE = "c";
    private static final int IN_A_ROW = 5;

    @Override
    public String title() {
        return "An instance answers 503: it is ejected, probed, returned";
    }

    @Override
    public void run(Stage stage) throws IOException {
        Fleet fleet = stage.fleet();
        stage.publish(
                "an ejected instance is probed after 1 s; built in are 30 s",
                fleet.document().withQuickEjection());
        Instance bad = fleet.living(SERVICE, "v1", ZONE);
        Member member = fleet.caller(ZONE).member();

        bad.answerWith(503);
        stage.say(SERVICE + " in zone " + ZONE + " answers 503");
        Round ejected = stage.calls(3 * IN_A_ROW);
        stage.expect(
                "errors seen by callers", Bounds.exactly(0), ejected.errors().size());
        stage.expect("calls that it got", Bounds.exactly(IN_A_ROW), bad.received());
        stage.expect("retries, elsewhere", Bounds.exactly(IN_A_ROW), ejected.retries());
        stage.expect("meshes that eject it, after 5 503s in a row", Bounds.exactly(1), ejected.ejecting());

        Round probed = stage.calls(Load.until(() -> bad.received() > 0));
        stage.say("       it gets no calls for a second, then one call probes it: 503");
        stage.expect(
                "errors seen by callers", Bounds.exactly(0), probed.errors().size());
        stage.expect("calls that it got: one probe", Bounds.exactly(1), bad.received());
        stage.expect("retries: one for the failed probe", Bounds.exactly(1), probed.retries());
        stage.expect("returned", Bounds.exactly(0), member.returns());

        bad.answerWith(0);
        stage.say("it answers 200 again; after 2 s the next call probes it");
        Round returned = stage.calls(Load.until(() -> member.returns() > 0));
        stage.expect(
                "errors seen by callers", Bounds.exactly(0), returned.errors().size());
        stage.expect("calls that it got: one probe", Bounds.exactly(1), bad.received());
        stage.expect("retries", Bounds.exactly(0), returned.retries());
        stage.expect("returned, since the probe was answered", Bounds.exactly(1), member.returns());
    }
}
