package dev.meshclient.examples.demo;

import dev.meshclient.examples.inbound.MeshFilter;
import java.io.IOException;
import java.util.List;
import java.util.logging.Level;
import java.util.logging.Logger;

/** A calls B calls C, three instances each in three zones, a mesh in each: the effects of policy, counted on real sockets. */
public final class Demo {
    private static final List<Step> STEPS = List.of(
            new ZoneFirst(),
            new Canary(),
            new InstanceDies(),
            new InstanceFails(),
            new BreakerOpens(),
            new InstanceHangs(),
            new ZoneDies(),
            new RegistryStops(),
            new BrokenDocument(),
            new ClusterDrains(),
            new CertificatesRotate(),
            new ServerIsWrong(),
            new CallerIsWrong(),
            new CallIsSeen());

    private static final Logger FILTER = Logger.getLogger(MeshFilter.class.getName());

    private Demo() {}

    /** Runs each step; fails if a count differs from its expected value. */
    public static void main(String[] args) throws IOException {
        FILTER.setLevel(Level.OFF); // the demo counts what it refuses
        Screen screen = Screen.standard();
        try (Fleet fleet = Fleet.start();
                Stage stage = new Stage(fleet, screen).open()) {
            screen.line(
                    "service-a calls service-b calls service-c: on real sockets and by mutual TLS, a mesh in each instance,");
            screen.line(fleet.members().size() + " meshes that follow one document of one registry.");
            fleet.publish(fleet.document().withListed(fleet.living()));
            for (Step step : STEPS) {
                stage.play(step);
            }
            stage.end();
        }
    }
}
