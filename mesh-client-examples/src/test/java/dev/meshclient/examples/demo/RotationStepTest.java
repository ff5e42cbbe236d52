package dev.meshclient.examples.demo;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;

/** In a class of its own, since it takes longest: classes run side by side. */
class RotationStepTest {
    @Test
    void certificates_rotate_and_strangers_are_refused() throws IOException {
        PrintStream out = new PrintStream(new ByteArrayOutputStream(), true, StandardCharsets.UTF_8);
        try (Fleet fleet = Fleet.start();
                Stage stage = new Stage(fleet, new Screen(out, false))) {
            fleet.publish(fleet.document().withListed(fleet.living()));
            stage.play(new CertificatesRotate());
            stage.play(new ServerIsWrong());
            stage.play(new CallerIsWrong());
            stage.end();
        }
    }
}
