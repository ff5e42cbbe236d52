package dev.meshclient.examples.demo;

import dev.meshclient.PolicyUnavailable;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.stream.Stream;

/** The registry stops: running clients keep their policy, and a client that starts uses the snapshot of an earlier process. */
final class RegistryStops implements Step {
    private static final int CALLS = 90;
    private static final int FRESH = 30;
    private static final String ZONE = "b";

    @Override
    public String title() {
        return "The registry stops: clients go on, and start from a snapshot";
    }

    @Override
    public void run(Stage stage) throws IOException {
        Path directory = Files.createTempDirectory("mesh-demo");
        try {
            leaveSnapshot(stage, directory);
            stage.fleet().stopRegistry();
            stage.say("the registry is stopped");
            goOn(stage);
            startWithout(stage);
            startFrom(stage, directory);
        } finally {
            for (Path file : files(directory)) {
                Files.delete(file);
            }
            Files.delete(directory);
        }
    }

    private static void leaveSnapshot(Stage stage, Path directory) throws IOException {
        try (Caller earlier = stage.fleet().newcomer(ZONE, mesh -> mesh.snapshotDirectory(directory))) {
            earlier.call();
            Fleet.await(
                    "snapshots",
                    () -> (int) files(directory).stream()
                            .filter(f -> f.toString().endsWith(".snapshot"))
                            .count(),
                    1);
        }
        stage.say("a client with a snapshotDirectory has run and ended");
    }

    private static void goOn(Stage stage) throws IOException {
        Fleet fleet = stage.fleet();
        Round running = stage.calls(CALLS);
        stage.expect(
                "errors seen by callers", Bounds.exactly(0), running.errors().size());
        stage.expect(
                "meshes that keep policy " + fleet.revision(),
                Bounds.exactly(fleet.members().size()),
                fleet.followers());
    }

    /** The same start without a snapshot fails. */
    private static void startWithout(Stage stage) throws IOException {
        Duration brief = Duration.ofMillis(300);
        try (Caller without = stage.fleet().newcomer(ZONE, mesh -> mesh.initialFetchTimeout(brief))) {
            int refused = 0;
            try {
                without.call();
            } catch (PolicyUnavailable e) {
                refused = 1;
            }
            stage.expect("a fresh client without snapshot: PolicyUnavailable", Bounds.exactly(1), refused);
        }
    }

    private static void startFrom(Stage stage, Path directory) throws IOException {
        Fleet fleet = stage.fleet();
        try (Caller fresh = fleet.newcomer(ZONE, mesh -> mesh.snapshotDirectory(directory))) {
            Round round = stage.calls(Load.of(FRESH).from(fresh));
            stage.expect(
                    "errors seen by a fresh client with one",
                    Bounds.exactly(0),
                    round.errors().size());
            stage.expect(
                    "its calls answered", Bounds.exactly(FRESH), round.ways().size());

            fleet.startRegistry();
            stage.say("the registry runs again");
            stage.publish("as before", fleet.document());
            Fleet.await("fresh clients that follow", () -> follows(fresh, fleet), 1);
            stage.expect("fresh clients that follow it", Bounds.exactly(1), follows(fresh, fleet));
        }
    }

    private static int follows(Caller caller, Fleet fleet) {
        return caller.member().policyRevision().equals(fleet.revision()) ? 1 : 0;
    }

    private static List<Path> files(Path directory) {
        try (Stream<Path> files = Files.list(directory)) {
            return files.toList();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
