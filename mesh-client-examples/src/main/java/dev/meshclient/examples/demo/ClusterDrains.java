package dev.meshclient.examples.demo;

import java.io.IOException;

/** One word of the document takes a cluster out of use, and another cluster serves. */
final class ClusterDrains implements Step {
    private static final int CALLS = 90;

    @Override
    public String title() {
        return "A cluster fails over: one word of the document drains it";
    }

    @Override
    public void run(Stage stage) throws IOException {
        Document document = stage.fleet().document();
        stage.publish("zone a and b are cluster west, zone c is east, which comes second", document.withWest("UP"));
        Round first = stage.calls(CALLS);
        stage.expect("errors seen by callers", Bounds.exactly(0), first.errors().size());
        stage.expect("calls answered in east", Bounds.exactly(0), first.into(Document.EAST));

        stage.publish("west is DRAINING, its instances are healthy", document.withWest("DRAINING"));
        Round drained = stage.calls(CALLS);
        stage.expect(
                "errors seen by callers", Bounds.exactly(0), drained.errors().size());
        stage.expect("calls answered in east", Bounds.exactly(CALLS), drained.into(Document.EAST));

        stage.publish("no clusters: calls return over as long as they were away", document.withWest(""));
        Round back = stage.calls(CALLS);
        stage.expect("errors seen by callers", Bounds.exactly(0), back.errors().size());
    }
}
