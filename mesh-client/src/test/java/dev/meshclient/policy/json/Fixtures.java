package dev.meshclient.policy.json;

import dev.meshclient.policy.PolicyException;
import dev.meshclient.policy.PolicyProblem;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URISyntaxException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Objects;
import java.util.stream.Stream;

/** Documents, from the corpus and made on the spot. */
final class Fixtures {
    private Fixtures() {}

    static List<Path> corpus(String folder) {
        try (Stream<Path> files = Files.list(Path.of(
                Objects.requireNonNull(Fixtures.class.getResource(folder)).toURI()))) {
            return files.filter(f -> f.toString().endsWith(".json")).sorted().toList();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (URISyntaxException e) {
            throw new IllegalStateException(e);
        }
    }

    static byte[] bytes(Path file) {
        try {
            return Files.readAllBytes(file);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    static byte[] sample() {
        return bytes(corpus("good").stream()
                .filter(f -> f.endsWith("shop.json"))
                .findFirst()
                .orElseThrow());
    }

    static byte[] utf8(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }

    /** A document with these services, written with ' for ". */
    static String services(String services) {
        return document("'services': {" + services + "}");
    }

    /** A document with these fields after its head, written with ' for ". */
    static String document(String fields) {
        return ("{'apiVersion': 'meshclient.dev/v1', 'kind': 'MeshPolicy', 'metadata': {'mesh': 'shop'}, " + fields
                        + "}")
                .replace('\'', '"');
    }

    static List<String> paths(PolicyException e) {
        return e.problems().stream().map(PolicyProblem::path).toList();
    }
}
