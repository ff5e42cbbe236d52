package dev.meshclient.examples.demo;

import java.io.IOException;

/** A new version replaces the old one by edits of the document alone. */
final class Canary implements Step {
    private static final int CALLS = 300;
    private static final String SERVICE = "service-b";

    @Override
    public String title() {
        return "A canary: " + SERVICE + " v2 takes 0, 10, 50, 100 % of the calls";
    }

    @Override
    public void run(Stage stage) throws IOException {
        Fleet fleet = stage.fleet();
        for (String zone : Fleet.ZONES) {
            fleet.add(SERVICE, "v2", zone);
        }
        stage.say(SERVICE + " v2 is started in each zone");
        Document document = fleet.document().withListed(fleet.living());
        for (int percent : new int[] {0, 10, 50, 100}) {
            stage.publish("v1 has weight " + (100 - percent) + ", v2 has " + percent, document.withCanary(percent));
            Round round = stage.calls(CALLS);
            stage.expect(
                    "errors seen by callers", Bounds.exactly(0), round.errors().size());
            stage.expect(
                    "calls through v2 at " + percent + " %, of " + CALLS,
                    Bounds.binomial(CALLS, percent / 100.0, "each call with " + percent + " %"),
                    round.through(SERVICE, "v2"));
            stage.expect("zone crossings", Bounds.exactly(0), round.crossings());
        }
    }
}
