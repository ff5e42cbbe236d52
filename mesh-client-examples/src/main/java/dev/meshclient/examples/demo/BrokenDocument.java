package dev.meshclient.examples.demo;

import dev.meshclient.policy.PolicyCodec;
import dev.meshclient.policy.PolicyException;
import dev.meshclient.policy.PolicyProblem;
import java.io.IOException;
import java.util.List;

/** A document with a typing error is published: every mesh refuses it, says where it is wrong, and keeps what it has. */
final class BrokenDocument implements Step {
    private static final int CALLS = 90;
    private static final String SERVICE = "service-b";

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
        List<PolicyProblem> problems = problems(broken);
        problems.forEach(p -> stage.say("       " + p));
        stage.expect("problems with it", Bounds.exactly(1), problems.size());
        stage.expect(
                "meshes that tell the registry so",
                Bounds.exactly(fleet.members().size()),
                refusals.size());
        stage.expect(
                "meshes that keep policy " + fleet.revision(),
                Bounds.exactly(fleet.members().size()),
                fleet.followers());
        Round round = stage.calls(CALLS);
        stage.expect("errors seen by callers", Bounds.exactly(0), round.errors().size());
        stage.expect("calls through " + SERVICE + " v2 as before", Bounds.exactly(CALLS), round.through(SERVICE, "v2"));
        stage.publish("the error is mended", good);
    }

    /** As the log of each mesh has it. */
    private static List<PolicyProblem> problems(String document) {
        try {
            PolicyCodec.read(document);
            return List.of();
        } catch (PolicyException e) {
            return e.problems();
        }
    }
}
