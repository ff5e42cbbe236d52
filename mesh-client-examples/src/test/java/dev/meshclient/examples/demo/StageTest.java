package dev.meshclient.examples.demo;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.meshclient.policy.json.PolicyCodec;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;

class StageTest {
    private final ByteArrayOutputStream out = new ByteArrayOutputStream();

    @Test
    void the_demo_fails_if_one_count_differs_and_says_which() throws IOException {
        try (Fleet fleet = Fleet.start();
                Stage stage = stage(fleet, false)) {
            stage.expect("apples", Bounds.exactly(3), 3);
            stage.expect("pears", Bounds.exactly(3), 4);
            assertThatThrownBy(stage::end)
                    .isInstanceOf(IllegalStateException.class)
                    .hasMessage("1 of 2 counts differ: pears: expected 3, counted 4");
        }
        assertThat(text()).containsPattern("ok +apples +expected 3 +counted 3");
        assertThat(text()).containsPattern("DIFFER +pears +expected 3 +counted 4");
    }

    @Test
    void a_call_that_fails_is_counted_as_an_error_of_the_round() throws IOException {
        try (Fleet fleet = Fleet.start();
                Stage stage = stage(fleet, false)) {
            fleet.publish(fleet.document()); // it lists no instance
            Round round = stage.calls(3);
            assertThat(round.errors()).hasSize(3).allMatch(e -> e.contains("no endpoint of"));
            assertThat(round.ways()).isEmpty();
        }
    }

    @Test
    void the_document_is_read_without_a_remark() throws IOException {
        PolicyCodec.readStrict(Document.EMPTY.getBytes(StandardCharsets.UTF_8));
        try (Fleet fleet = Fleet.start()) {
            Document document = fleet.document().withListed(fleet.living());
            PolicyCodec.readStrict(document.json(2).getBytes(StandardCharsets.UTF_8));
            Document all = document.withCanary(10).withQuickEjection();
            PolicyCodec.readStrict(all.json(2).getBytes(StandardCharsets.UTF_8));
        }
    }

    @Test
    void who_was_killed_refuses_at_its_port_until_its_successor_listens_there() throws IOException {
        try (Fleet fleet = Fleet.start()) {
            // Each caller prefers its zone: with "Any", one run in 40 would meet no dead instance in its nine hops.
            fleet.publish(fleet.document().withListed(fleet.living()).withDistribution("PreferSameZone"));
            List<Instance> dead = fleet.killZone("a");
            String endpoint = dead.get(0).asJson();
            assertThat(dead).hasSize(3);
            assertThat(fleet.living()).hasSize(6);
            Round without = fleet.calls(Load.of(3));
            assertThat(without.errors()).isEmpty();
            assertThat(without.retries()).isPositive();
            fleet.revive(dead);
            assertThat(fleet.living()).hasSize(9).anyMatch(i -> i.asJson().equals(endpoint));
        }
    }

    @Test
    void a_load_ends_when_it_is_enough() throws IOException {
        try (Fleet fleet = Fleet.start()) {
            fleet.publish(fleet.document().withListed(fleet.living()));
            Caller caller = fleet.caller("b");
            Round round = fleet.calls(Load.until(() -> caller.sent() == 4).from(caller));
            assertThat(round.ways()).hasSize(4);
            assertThat(fleet.caller("a").sent()).isZero();
        }
    }

    @Test
    void the_table_fits_100_columns_and_is_redrawn_in_place_on_a_terminal() throws IOException {
        try (Fleet fleet = Fleet.start();
                Stage stage = stage(fleet, true)) {
            fleet.publish(fleet.document().withListed(fleet.living()));
            assertThat(stage.calls(30).ways()).hasSize(30);
            assertThat(Table.of(fleet)).allMatch(line -> line.length() <= 100);
            int height = Table.of(fleet).size() + 1;
            stage.say("a line that stays");
            assertThat(text()).contains("\u001b[" + height + "A").contains("a line that stays");
        }
    }

    @Test
    void certificates_are_gone_with_the_fleet() throws IOException {
        Path directory;
        try (Fleet fleet = Fleet.start()) {
            directory = fleet.certificates().directory();
            assertThat(directory.resolve("service-a/tls.key")).exists();
        }
        assertThat(directory).doesNotExist();
    }

    private Stage stage(Fleet fleet, boolean terminal) {
        return new Stage(fleet, new Screen(new PrintStream(out, true, StandardCharsets.UTF_8), terminal));
    }

    private String text() {
        return out.toString(StandardCharsets.UTF_8);
    }
}
