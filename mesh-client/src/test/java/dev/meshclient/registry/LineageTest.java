package dev.meshclient.registry;

import static org.assertj.core.api.Assertions.assertThat;

import dev.meshclient.policy.MeshPolicy;
import dev.meshclient.policy.Metadata;
import dev.meshclient.policy.json.PolicyCodec;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class LineageTest {
    private static final Instant START = Instant.parse("2026-11-22T18:00:00Z");

    private Lineage lineage = new Lineage();
    private Instant now = START;

    private static MeshPolicy policy(int version, String... services) throws IOException {
        return PolicyCodec.read(text(version, services)).policy();
    }

    private static String text(int version, String... services) {
        String all = Arrays.stream(services)
                .map(name -> "\"" + name + "\": {\"hosts\": [\"" + name + "\"]}")
                .collect(Collectors.joining(", "));
        return FakeRegistry.document(version).replace("\"services\": {}", "\"services\": {" + all + "}");
    }

    private static byte[] bytes(int version, String... services) {
        return text(version, services).getBytes(StandardCharsets.UTF_8);
    }

    private static PolicySource.Kept kept(String service) {
        return new PolicySource.Kept(service, null);
    }

    private static PolicySource.Kept absent(String service, @Nullable Duration dropsIn) {
        return new PolicySource.Kept(service, dropsIn);
    }

    private List<String> follows(int version, List<PolicySource.Kept> kept, String... services) throws IOException {
        return lineage.follows(bytes(version, services), policy(version, services), kept, now);
    }

    /** {@code 7[a, b]} for services a and b as version 7 has them. */
    private List<String> older() throws IOException {
        List<String> told = new ArrayList<>();
        for (Snapshot.Older older : lineage.older(now)) {
            told.add(PolicyCodec.read(older.json()).policy().metadata().version()
                    + older.services().keySet().stream().sorted().toList().toString());
        }
        return told;
    }

    @Test
    void a_document_of_which_all_is_in_force_needs_no_older_one() throws IOException {
        follows(1, List.of(), "a", "b");
        follows(2, List.of(), "a");
        assertThat(older()).isEmpty();
    }

    @Test
    void each_kept_service_is_from_the_last_document_that_had_it() throws IOException {
        follows(1, List.of(), "a", "b", "c");
        follows(2, List.of(kept("a")), "b", "c");
        follows(3, List.of(kept("a"), kept("b")), "c");
        follows(4, List.of(kept("a"), kept("b"), kept("c")));
        assertThat(older()).containsExactly("1[a]", "2[b]", "3[c]");
    }

    @Test
    void an_older_document_goes_with_the_last_service_that_is_kept_from_it() throws IOException {
        follows(1, List.of(), "a", "b");
        follows(2, List.of(kept("a"), kept("b")));
        follows(3, List.of(kept("a")), "b");
        assertThat(older()).containsExactly("1[a]");
        follows(4, List.of(), "a", "b");
        assertThat(older()).isEmpty();
    }

    @Test
    void what_another_source_had_is_not_looked_for_here() throws IOException {
        follows(1, List.of(), "a");
        follows(2, List.of(kept("a"), kept("of another")));
        assertThat(older()).containsExactly("1[a]");
    }

    @Test
    void a_service_whose_time_is_up_is_not_kept() throws IOException {
        follows(1, List.of(), "a", "b");
        follows(2, List.of(absent("a", Duration.ofHours(1)), kept("b")));
        now = START.plus(Duration.ofMinutes(59));
        assertThat(older()).containsExactly("1[a, b]");
        now = START.plus(Duration.ofHours(1));
        assertThat(older()).containsExactly("1[b]");
    }

    @Test
    void a_restart_does_not_put_off_when_a_service_goes() throws IOException {
        follows(1, List.of(), "a");
        follows(2, List.of(absent("a", Duration.ofHours(1))));
        Snapshot left = new Snapshot(bytes(2), null, now, lineage.order(), lineage.older(now), null);
        lineage = new Lineage();
        lineage.resumed(left, policy(2));
        now = START.plus(Duration.ofMinutes(50));
        follows(3, List.of(absent("a", Duration.ofHours(1))));
        assertThat(older()).containsExactly("1[a]");
        now = START.plus(Duration.ofHours(1));
        assertThat(older()).isEmpty();
    }

    @Test
    void after_a_restart_it_goes_on() throws IOException {
        follows(1, List.of(), "a", "b", "c");
        follows(2, List.of(kept("a")), "b", "c");
        Snapshot left = new Snapshot(bytes(2, "b", "c"), null, now, lineage.order(), lineage.older(now), null);
        lineage = new Lineage();
        lineage.resumed(Snapshot.of(left.toBytes()), policy(2, "b", "c"));
        assertThat(older()).containsExactly("1[a]");
        follows(3, List.of(kept("a"), kept("b")), "c");
        assertThat(older()).containsExactly("1[a]", "2[b]");
        assertThat(lineage.order()).extracting(Metadata::version).containsExactly(3L);
    }

    @Test
    void of_too_many_older_documents_the_oldest_goes_and_is_told() throws IOException {
        String[] names = "abcdefghijkl".split("", -1);
        follows(1, List.of(), names);
        for (int i = 1; i <= Lineage.OLDER_AT_MOST; i++) {
            assertThat(follows(1 + i, kept(names, i), Arrays.copyOfRange(names, i, names.length)))
                    .isEmpty();
        }
        int next = Lineage.OLDER_AT_MOST + 1;
        assertThat(follows(1 + next, kept(names, next), Arrays.copyOfRange(names, next, names.length)))
                .containsExactly("a");
        assertThat(older()).hasSize(Lineage.OLDER_AT_MOST).startsWith("2[b]", "3[c]");
    }

    private static List<PolicySource.Kept> kept(String[] names, int count) {
        return Arrays.stream(names).limit(count).map(LineageTest::kept).toList();
    }

    /** A kept service goes on with the subset that it sends to. */
    @Test
    void an_excerpt_has_what_is_sent_to_by_subset_as_long_as_that_is_in_force() throws IOException {
        MeshPolicy all = PolicyCodec.read(FakeRegistry.document(1).replace("\"services\": {}", """
                        "services": {
                         "a": {"hosts": ["a"], "rules": [{"name": "r", "backendRefs": [{"name": "b", "subset": "v2"}, {"name": "c"}]}]},
                         "b": {"hosts": ["b"], "subsets": [{"name": "v2", "labels": {"v": "2"}}]},
                         "c": {"hosts": ["c"]}}"""))
                .policy();
        assertThat(Excerpt.of(all, Set.of("a"), Set.of("b", "c")).policy().services())
                .containsOnlyKeys("a", "b");
        assertThat(Excerpt.of(all, Set.of("a"), Set.of("c")).policy().services())
                .containsOnlyKeys("a");
        assertThat(Map.copyOf(Excerpt.of(all, Set.of("c")).services())).containsOnlyKeys("c");
    }
}
