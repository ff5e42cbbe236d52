package dev.meshclient.internal.version;

import static org.assertj.core.api.Assertions.assertThat;

import dev.meshclient.policy.Metadata;
import dev.meshclient.policy.PolicyProblem;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class VersionOrderTest {
    private VersionOrder order = new VersionOrder();

    /** {@code epoch/version}; {@code -} = not stated. */
    private static Metadata metadata(String revision) {
        String[] parts = revision.split("/", -1);
        return new Metadata(
                "test", stated(parts[0]), parts[1].equals("-") ? null : Long.valueOf(parts[1]), null, null, null);
    }

    private static @Nullable String stated(String text) {
        return text.equals("-") ? null : text;
    }

    /** {@code applied}, {@code again} or the path of the problem, as a mesh would go about it. */
    private String fate(String revision) {
        Metadata next = metadata(revision);
        PolicyProblem problem = order.problem(next);
        if (problem != null) {
            return problem.path();
        }
        String fate = order.isAgain(next) ? "again" : "applied";
        order.applied(next);
        return fate;
    }

    @ParameterizedTest
    @CsvSource({
        "-/5 -/6, applied applied",
        "-/5 -/5, applied again",
        "-/5 -/4, applied metadata.version",
        "-/5 -/4 -/6, applied metadata.version applied",
        "a/5 a/9 a/8, applied applied metadata.version",
        // another epoch has its own order
        "a/5 b/1 b/2, applied applied applied",
        "a/5 b/5, applied applied",
        "-/5 a/1, applied applied",
        "a/5 -/1, applied applied",
        // and what it took the place of does not come back
        "a/5 b/1 a/6, applied applied metadata.epoch",
        "-/5 a/1 -/6, applied applied metadata.epoch",
        "a/5 b/1 c/1 a/6 b/2 c/2, applied applied applied metadata.epoch metadata.epoch applied",
        // two replicas in turn
        "-/5 -/4 -/5 -/4, applied metadata.version again metadata.version",
        "a/5 b/1 a/5 b/1, applied applied metadata.epoch again",
        // without a version there is no order
        "-/- -/- -/-, applied applied applied",
        "-/5 -/- -/6, applied applied applied",
        "-/5 -/- -/4, applied applied metadata.version",
        "a/5 b/- a/6, applied applied applied",
        "a/5 b/1 a/-, applied applied applied",
    })
    void documents_follow_each_other(String revisions, String fates) {
        StringBuilder seen = new StringBuilder();
        for (String revision : revisions.split(" ", -1)) {
            seen.append(seen.isEmpty() ? "" : " ").append(fate(revision));
        }
        assertThat(seen).hasToString(fates);
    }

    /** As after a restart. */
    @ParameterizedTest
    @CsvSource({
        "-/5, -/4, metadata.version",
        "-/5, -/5, again",
        "a/5 b/1, a/6, metadata.epoch",
        "-/5 b/1 c/7, -/6, metadata.epoch",
        "-/5 b/1 c/7, b/2, metadata.epoch",
        "-/5 b/1 c/7, c/6, metadata.version",
        "a/5 a/-, a/4, metadata.version",
        "a/-, a/4, applied",
    })
    void what_is_remembered_decides_the_same(String before, String next, String fate) {
        for (String revision : before.split(" ", -1)) {
            fate(revision);
        }
        List<Metadata> remembered = order.remembered();
        order = new VersionOrder();
        remembered.forEach(order::applied);
        assertThat(order.remembered()).isEqualTo(remembered);
        assertThat(fate(next)).isEqualTo(fate);
    }

    @Test
    void the_refusal_of_a_lower_version_names_the_way_back() {
        fate("2026-11/7");
        assertThat(order.problem(metadata("2026-11/6")))
                .hasToString("metadata.version: 6 (legal: 7 or more within epoch 2026-11;"
                        + " to go back, give the old content a higher version or another epoch)");
    }

    @Test
    void an_epoch_that_comes_back_is_refused_by_name() {
        fate("-/7");
        fate("a/1");
        fate("b/1");
        assertThat(order.problem(metadata("a/2")))
                .hasToString("metadata.epoch: \"a\" (legal: b, or one that was not in force before:"
                        + " this one was superseded)");
        assertThat(order.problem(metadata("-/8"))).asString().startsWith("metadata.epoch: nothing (legal: b, or");
    }

    @Test
    void an_epoch_for_each_document_does_not_fill_the_memory() {
        for (int i = 0; i < 3000; i++) {
            assertThat(fate("e" + i + "/1")).isEqualTo("applied");
        }
        assertThat(fate("e2998/1")).isEqualTo("metadata.epoch");
        assertThat(fate("e1/1")).as("so long ago that it is forgotten").isEqualTo("applied");
    }
}
