package dev.meshclient.examples.demo;

import java.io.IOException;
import java.util.List;

/** A document with a typing error is published: every mesh refuses it, names the error, and keeps its policy. */
final class BrokenDocument implements Step {
    private static final int CALLS = 90;
    private static final String SERVICE = "service-b";
    private static final String PATH = "defaults.trafficDistribution: ";

    @Override
    public String title() {
        return "A broken document is published: refused, and nothing changes";
    }

    @Override
    public void run(Stage stage) throws IOException {
        Fleet fleet = stage.fleet();
        Document good = fleet.document();
        String broken = good.withDistribution("PreferSameZnoe").withCanary(0).json(fleet.nextVersion());
        stage.say("published: trafficDistribution \"PreferSameZnoe\", and " + SERVICE + " v1 has all calls again");
        List<String> refusals = fleet.publishBroken(broken);
        String reported = refusals.get(0);
        int path = Math.max(0, reported.indexOf(PATH));
        stage.say("       each mesh reports to the registry: Mesh-Rejected: "
                + reported.substring(0, path).strip());
        stage.say("       " + reported.substring(path));
        stage.expect(
                "meshes that refuse it and name the path",
                Bounds.exactly(fleet.members().size()),
                refusals.stream().filter(r -> r.contains(PATH)).count());
        stage.expect(
                "meshes that keep policy " + fleet.revision(),
                Bounds.exactly(fleet.members().size()),
                fleet.followers());
        Round round = stage.calls(CALLS);
        stage.expect("errors seen by callers", Bounds.exactly(0), round.errors().size());
        stage.expect("calls through " + SERVICE + " v2 as before", Bounds.exactly(CALLS), round.through(SERVICE, "v2"));
        stage.publish("the error is mended", good);
    }
}
