package dev.meshclient.examples.demo;

import java.io.IOException;
import java.util.List;

/** The document lists an address at which another workload listens: callers send it no request. */
final class ServerIsWrong implements Step {
    private static final int CALLS = 90;
    private static final String SERVICE = "service-a";
    private static final String ZONE = "b";
    private static final int IN_A_ROW = 5;

    @Override
    public String title() {
        return "A server has the wrong identity: callers refuse it in the handshake";
    }

    @Override
    public void run(Stage stage) throws IOException {
        Fleet fleet = stage.fleet();
        Instance fake = fleet.addImpostor(SERVICE, ZONE);
        Document before = fleet.document();
        List<Instance> listed = fleet.living();
        stage.publish("lists a server as " + SERVICE + " that has another identity", before.withListed(listed));
        Caller caller = fleet.caller(ZONE);
        Round round =
                stage.calls(Load.until(() -> caller.member().ejections() > 0).from(caller));
        String reported = caller.member().failure();
        int named = Math.max(0, reported.indexOf("the peer is"));
        stage.say("       the failure of the caller: " + reported.substring(0, named));
        stage.say("       " + reported.substring(named));
        stage.expect("errors seen by callers", Bounds.exactly(0), round.errors().size());
        stage.expect("handshakes that the caller broke off", Bounds.exactly(IN_A_ROW), round.retries());
        stage.expect(
                "failures that name the identity and the expected one",
                Bounds.exactly(1),
                reported.contains("'" + Certificates.spiffeId(Certificates.STRANGER) + "'")
                                && reported.contains(Certificates.spiffeId(SERVICE))
                        ? 1
                        : 0);
        stage.expect("calls that reached it", Bounds.exactly(0), fake.received());
        stage.expect("meshes that eject it, after 5 failures", Bounds.exactly(1), round.ejecting());

        fake.kill();
        stage.publish("does not list it any more", before.withListed(fleet.living()));
        Round without = stage.calls(CALLS);
        stage.expect(
                "errors seen by callers", Bounds.exactly(0), without.errors().size());
        stage.expect("retries", Bounds.exactly(0), without.retries());
    }
}
