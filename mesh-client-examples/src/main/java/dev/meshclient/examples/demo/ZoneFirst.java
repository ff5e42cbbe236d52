package dev.meshclient.examples.demo;

import java.io.IOException;

/** The effect of topology: the same calls without it and with it. */
final class ZoneFirst implements Step {
    private static final int CALLS = 90;
    private static final int HOPS = 2 * CALLS;

    @Override
    public String title() {
        return "Topology: calls stay in their zone";
    }

    @Override
    public void run(Stage stage) throws IOException {
        Document document = stage.fleet().document();
        stage.publish("trafficDistribution Any", document.withDistribution("Any"));
        Round without = stage.calls(CALLS);
        stage.expect("calls answered", Bounds.exactly(CALLS), without.ways().size());
        stage.expect(
                "zone crossings of " + HOPS + " hops, without topology",
                Bounds.binomial(HOPS, 2 / 3.0, "each hop with 2/3"),
                without.crossings());

        stage.publish("trafficDistribution PreferSameZone", document.withDistribution("PreferSameZone"));
        Round with = stage.calls(CALLS);
        stage.expect("calls answered", Bounds.exactly(CALLS), with.ways().size());
        stage.expect("zone crossings of " + HOPS + " hops, with topology", Bounds.exactly(0), with.crossings());
    }
}
