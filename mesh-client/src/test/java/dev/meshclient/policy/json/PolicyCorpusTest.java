package dev.meshclient.policy.json;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.meshclient.internal.text.Durations;
import dev.meshclient.policy.MeshPolicy;
import dev.meshclient.policy.Patterns;
import dev.meshclient.policy.PolicyProblem;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** One corpus for the schema and the codec: both accept what is good and refuse what is bad, and the codec says where. */
class PolicyCorpusTest {
    static List<Path> good() {
        return Fixtures.corpus("good");
    }

    static List<Path> bad() {
        return Fixtures.corpus("bad");
    }

    /**
     * What no schema can say: what parts of a document say of each other (references, names and hosts that stand twice,
     * endpoints that do), keys that stand twice, half a surrogate pair and depth (a validator sees the parsed tree only), dates
     * that the calendar does not have, and expressions in the syntax of java.util.regex.
     */
    static List<Path> badBeyondSchema() {
        return Fixtures.corpus("bad-beyond-schema");
    }

    @Test
    void the_corpus_is_there() {
        assertThat(good()).hasSizeGreaterThan(15);
        assertThat(bad()).hasSizeGreaterThan(150);
        assertThat(badBeyondSchema()).hasSizeGreaterThan(15);
    }

    @ParameterizedTest
    @MethodSource("good")
    void both_accept_a_good_document(Path file) throws Exception {
        assertThat(PolicySchema.problems(Fixtures.bytes(file))).isEmpty();
        assertThat(PolicySchema.problems(PolicySchema.parse(Fixtures.bytes(file))))
                .isEmpty();
        assertThat(PolicyCodec.read(Fixtures.bytes(file)).unknownFields()).isEmpty();
    }

    @ParameterizedTest
    @MethodSource("good")
    void a_good_document_is_written_as_it_was_read(Path file) throws Exception {
        MeshPolicy policy = PolicyCodec.read(Fixtures.bytes(file)).policy();

        byte[] written = PolicyCodec.write(policy);

        assertThat(PolicyCodec.readStrict(written).policy()).isEqualTo(policy);
        assertThat(PolicySchema.problems(PolicySchema.parse(written))).isEmpty();
    }

    @ParameterizedTest
    @MethodSource("bad")
    void both_refuse_a_bad_document_and_the_codec_says_where(Path file) throws Exception {
        assertThat(PolicySchema.problems(PolicySchema.parse(Fixtures.bytes(file))))
                .as("the schema refuses it")
                .isNotEmpty();
        assertRefusedWhereExpected(file);
    }

    @ParameterizedTest
    @MethodSource("badBeyondSchema")
    void the_codec_refuses_what_no_schema_can(Path file) throws Exception {
        JsonNode tree = PolicySchema.parse(Fixtures.bytes(file));
        assertThat(PolicySchema.problems(tree))
                .as("the schema accepts it: else it belongs to the bad ones")
                .isEmpty();
        assertRefusedWhereExpected(file);
    }

    private static void assertRefusedWhereExpected(Path file) throws IOException {
        List<PolicyProblem> problems = PolicySchema.problems(Fixtures.bytes(file));
        assertThat(problems)
                .as("%s", problems)
                .extracting(PolicyProblem::path)
                .containsExactlyInAnyOrderElementsOf(expectedPaths(file));
        assertThat(problems).allSatisfy(p -> {
            assertThat(p.value()).isNotBlank().hasSizeLessThanOrEqualTo(250);
            assertThat(p.expected()).isNotBlank();
            assertThat(p.line()).isPositive();
        });
    }

    private static List<String> expectedPaths(Path file) throws IOException {
        String name = file.getFileName().toString().replace(".json", ".problems");
        return Files.readAllLines(file.resolveSibling(name));
    }

    @Test
    void the_schema_holds_the_patterns_of_the_codec() {
        Set<String> ofCodec = Stream.concat(Patterns.ofTheModel(), JsonPatterns.all())
                .map(pattern -> "^(" + pattern + ")$")
                .collect(Collectors.toSet());
        ofCodec.add("^((?=.*[1-9])" + Durations.WHOLE + ")$");
        ofCodec.add("^((?=.*[1-9])" + Durations.WHOLE + "|" + HedgeReader.PERCENTILE + ")$");
        ofCodec.add("^\\*"); // what hosts may not be where they are names to look up

        assertThat(Set.copyOf(PolicySchema.tree().findValuesAsText("pattern"))).isEqualTo(ofCodec);
    }
}
