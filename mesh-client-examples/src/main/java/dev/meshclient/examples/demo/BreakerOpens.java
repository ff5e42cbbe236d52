package dev.meshclient.examples.demo;

import java.io.IOException;
import java.util.List;

/** All instances of a service answer 503: its circuit breaker opens, probes, and closes when they answer again. */
final class BreakerOpens implements Step {
    private static final String SERVICE = "service-a";
    private static final int WINDOW = 10;
    private static final int PROBES = 2;
    private static final String BREAKER = """
            ,
                  "circuitBreaker": { "slidingWindowSize": %d, "waitDurationInOpenState": "3s",
                    "permittedNumberOfCallsInHalfOpenState": %d },
                  "outlierDetection": { "maxEjectionPercent": 0 }, "retry": { "attempts": 0 }""".formatted(WINDOW, PROBES);

    @Override
    public String title() {
        return "A whole service answers 503: its circuit breaker opens, probes, closes";
    }

    @Override
    public void run(Stage stage) throws IOException {
        Fleet fleet = stage.fleet();
        Document before = fleet.document();
        stage.publish("a breaker of " + SERVICE + " for 3 s, without ejection and retries", before.withOfA(BREAKER));
        List<Instance> all = Fleet.ZONES.stream()
                .map(zone -> fleet.living(SERVICE, "v1", zone))
                .toList();
        Caller caller = fleet.caller(Fleet.ZONES.get(0));
        Member member = caller.member();

        all.forEach(instance -> instance.answerWith(503));
        stage.say("all instances of " + SERVICE + " answer 503; the caller in zone " + caller.zone() + " calls on");
        Round opened = stage.calls(Load.of(3 * WINDOW).from(caller));
        stage.expect("calls that they got: the window", Bounds.exactly(WINDOW), received(all));
        stage.expect("calls that the open breaker refused", Bounds.exactly(2 * WINDOW), refused(opened));
        stage.expect("breakers that opened", Bounds.exactly(1), member.openings());

        Round probed = stage.calls(Load.until(() -> member.openings() > 0).from(caller));
        stage.say("       after 3 s it lets " + PROBES + " calls probe the service: 503, and it is open again");
        stage.expect("calls that they got: the probes", Bounds.exactly(PROBES), received(all));
        stage.expect(
                "errors that are no refusals: the probes",
                Bounds.exactly(PROBES),
                probed.errors().size() - refused(probed));

        all.forEach(instance -> instance.answerWith(0));
        stage.say("they answer 200 again; after 3 s the next calls probe the service");
        Round closed = stage.calls(Load.until(() -> member.closings() > 0).from(caller));
        stage.expect("calls that they got: the probes", Bounds.exactly(PROBES), received(all));
        stage.expect(
                "errors other than refusals", Bounds.exactly(0), closed.errors().size() - refused(closed));
        Round well = stage.calls(3 * WINDOW);
        stage.expect("errors seen by callers", Bounds.exactly(0), well.errors().size());
        stage.publish("no breaker any more", before);
    }

    private static int received(List<Instance> instances) {
        return instances.stream().mapToInt(Instance::received).sum();
    }

    private static long refused(Round round) {
        return round.errors().stream()
                .filter(error -> error.contains("BreakerOpen"))
                .count();
    }
}
