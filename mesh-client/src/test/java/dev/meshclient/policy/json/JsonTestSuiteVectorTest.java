package dev.meshclient.policy.json;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.meshclient.policy.PolicyCheck;
import dev.meshclient.policy.PolicyException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** JSONTestSuite through the text layer of the codec: what is JSON is read, what is none is refused, and nothing else happens. */
class JsonTestSuiteVectorTest {
    /** Legal JSON that we refuse: a key that stands twice has no single value. */
    private static final Set<String> REFUSED_BY_INTENTION =
            Set.of("y_object_duplicated_key.json", "y_object_duplicated_key_and_value.json");

    private int read;
    private int refused;

    private static List<Path> vectors(String prefix) throws IOException {
        String folder = System.getProperty("mesh.vectors");
        assumeTrue(folder != null, "outside vectors are read with -Dmesh.vectors=FOLDER");
        try (Stream<Path> files = Files.list(Path.of(folder, "jsontestsuite", "test_parsing"))) {
            return files.filter(f -> f.getFileName().toString().startsWith(prefix))
                    .sorted()
                    .toList();
        }
    }

    /** Null: it was read. */
    private @Nullable PolicyException refusal(Path file) {
        try {
            byte[] json = Fixtures.bytes(file);
            PolicyCheck check = new PolicyCheck();
            new JsonText(json, check).read(true, JsonCursor::skip);
            if (!check.problems().isEmpty()) {
                throw new PolicyException(check.problems());
            }
            read++;
            return null;
        } catch (PolicyException e) {
            refused++;
            return e;
        }
    }

    @Test
    void reads_what_is_json() throws Exception {
        List<String> wrong = new ArrayList<>();
        for (Path file : vectors("y_")) {
            PolicyException refusal = refusal(file);
            String name = file.getFileName().toString();
            if ((refusal == null) == REFUSED_BY_INTENTION.contains(name)) {
                wrong.add(name + ": " + refusal);
            }
        }
        System.out.println("JSONTestSuite y_: " + read + " read, " + refused + " refused by intention");
        assertThat(wrong).isEmpty();
        assertThat(read).isEqualTo(93);
        assertThat(refused).isEqualTo(REFUSED_BY_INTENTION.size());
    }

    @Test
    void refuses_what_is_none() throws Exception {
        List<Path> accepted = new ArrayList<>();
        for (Path file : vectors("n_")) {
            if (refusal(file) == null) {
                accepted.add(file.getFileName());
            }
        }
        System.out.println("JSONTestSuite n_: " + refused + " refused, " + read + " read");
        assertThat(accepted).isEmpty();
        assertThat(refused).isEqualTo(188);
    }

    @Test
    void reads_or_refuses_what_implementations_may_decide() throws Exception {
        for (Path file : vectors("i_")) {
            refusal(file);
        }
        System.out.println("JSONTestSuite i_: " + read + " read, " + refused + " refused");
        assertThat(read + refused).isEqualTo(35);
    }

    @Test
    void none_of_them_is_a_policy_and_the_codec_says_so_of_each() throws Exception {
        int documents = 0;
        for (Path file : vectors("")) {
            byte[] bytes = Fixtures.bytes(file);
            assertThat(PolicySchema.problems(bytes))
                    .as("%s", file.getFileName())
                    .isNotEmpty();
            documents++;
        }
        assertThat(documents).isEqualTo(318);
    }
}
