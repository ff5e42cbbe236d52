package dev.meshclient.simulation;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Numbers that are checked in. Where {@code CI=true} or {@code -Dsimulation.strict} says so they must be as they are in the
 * file; elsewhere the file is written anew, so that what a change of an algorithm does shows as a diff to look at.
 */
final class Results {
    private static final Logger LOG = LoggerFactory.getLogger(Results.class);
    static final Path FOLDER = Path.of("src/test/resources/dev/meshclient/simulation");

    private Results() {}

    static void check(String scenario, List<String> lines) throws IOException {
        check(FOLDER.resolve(scenario + ".txt"), String.join("\n", lines) + "\n");
    }

    static void check(Path file, String now) throws IOException {
        String before = Files.exists(file) ? Files.readString(file) : "";
        if (isStrict()) {
            assertThat(now)
                    .as("%s; run the tests without CI to write it anew", file)
                    .isEqualTo(before);
        } else if (!now.equals(before)) {
            Files.createDirectories(file.getParent());
            Files.writeString(file, now);
            LOG.warn("{} has other numbers now: look at its diff", file);
        }
    }

    private static boolean isStrict() {
        String stated = System.getProperty("simulation.strict");
        return stated != null ? !stated.equals("false") : "true".equals(System.getenv("CI"));
    }
}
