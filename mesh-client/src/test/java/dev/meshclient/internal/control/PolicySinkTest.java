package dev.meshclient.internal.control;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertTimeoutPreemptively;

import dev.meshclient.Documents;
import dev.meshclient.MeshStatus;
import dev.meshclient.RecordingLogger;
import dev.meshclient.Workload;
import dev.meshclient.internal.entry.EntrySettings;
import dev.meshclient.internal.entry.Router;
import dev.meshclient.internal.pipeline.Telemetry;
import dev.meshclient.internal.source.Delivery;
import dev.meshclient.internal.time.Patience;
import dev.meshclient.internal.time.RealTime;
import dev.meshclient.internal.time.StepTime;
import dev.meshclient.internal.time.Time;
import dev.meshclient.policy.json.PolicyCodec;
import dev.meshclient.registry.PolicySource;
import dev.meshclient.registry.RecordingSink;
import java.io.Closeable;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The log lines of documents and of problems. */
class PolicySinkTest {
    private static final Path PAGE = Path.of(System.getProperty("user.dir")).resolveSibling("docs/policy-in-force.md");
    private static final String ORDERS = "'orders': {'hosts': ['orders'], 'endpoints': []}";
    private static final String BAD =
            "'orders': {'hosts': ['orders'], 'endpoints': [{'address': '10.0.0.1', 'port': '80'}]}";
    private static final String BILLING = "'billing': {'hosts': ['billing'], 'endpoints': []}";

    private final RecordingLogger log = new RecordingLogger();

    @TempDir
    private Path directory;

    private static String document(String metadata, String services) {
        return document(metadata, "", services);
    }

    private static String document(String metadata, String fields, String services) {
        return Documents.mesh("shop")
                .metadata(metadata)
                .with(fields)
                .services(services)
                .json();
    }

    private static String version(int version) {
        return "'epoch': '2026-11', 'version': " + version;
    }

    private PolicySink sink(Time time) {
        Router router = Router.withoutNames(
                time, Workload.unknown(), Telemetry.none(time), EntrySettings.NONE, Duration.ofHours(1));
        return new PolicySink(router.control(), () -> {}, time, log);
    }

    private static RecordingSink mesh(Time time, PolicySink sink) {
        return new RecordingSink() {
            @Override
            public void deliver(Delivery delivery) throws IOException {
                sink.deliver(delivery);
            }

            @Override
            public void failed(IOException problem) {
                sink.failed(problem);
            }
        }.at(time);
    }

    /** Each row of the table in docs/policy-in-force.md, from a file to the line in the log. */
    @Test
    void the_page_shows_what_the_log_says() throws Exception {
        Path file = directory.resolve("policy.json");
        List<String> documents = List.of(
                document(version(7), ORDERS),
                document(version(8), ORDERS + "," + BILLING),
                document(version(9), ORDERS).replace("]}}}", "]}}"),
                document(version(9), "'defaults': {'retry': {'attempts': 99}}", ORDERS),
                document(version(9), BAD + "," + BILLING),
                document(version(9), ORDERS + "," + BILLING),
                document(version(8), ORDERS + "," + BILLING),
                document(version(10), ORDERS + ", 'cart': {'hosts': ['http://cart']}"),
                document("'epoch': '2026-12', 'version': 1", ORDERS + "," + BILLING),
                document(version(11), ORDERS));
        publish(documents.get(0), file);
        try (RealTime time = RealTime.create("test");
                Closeable watch = PolicySource.file(file).watch(mesh(time, sink(time)))) {
            assertThat(watch).isNotNull();
            for (int i = 1; i <= documents.size(); i++) {
                int lines = i;
                await().until(() -> log.lines().size() == lines);
                publish(documents.get(Math.min(i, documents.size() - 1)), file);
            }
        }
        String page = Files.readString(PAGE);
        assertThat(log.lines().stream()
                        .map(line -> "`" + line.replace(file.toString(), "/etc/mesh/policy.json") + "`")
                        .filter(line -> !page.contains(line)))
                .isEmpty();
    }

    @Test
    void a_hostile_text_is_put_on_one_line_in_time() {
        PolicySink sink = sink(new StepTime());
        String blanks = " ".repeat(1_000_000);

        assertTimeoutPreemptively(
                Patience.LONG,
                () -> sink.failed(new IOException("registry:\n\n  503\r\n \n here" + blanks + "and there")));
        assertThat(log.lines()).singleElement().satisfies(line -> assertThat(line)
                .startsWith("WARN no policy yet: registry: 503; here   "));
    }

    private void publish(String document, Path file) throws IOException {
        Path next = Files.writeString(directory.resolve("next"), document);
        Files.move(next, file, StandardCopyOption.ATOMIC_MOVE);
    }

    @Test
    void two_replicas_that_differ_are_logged_once() throws Exception {
        PolicySink sink = sink(new StepTime());
        for (int poll = 0; poll < 5; poll++) {
            deliver(sink, document(version(8), ORDERS));
            deliver(sink, document(version(7), BILLING));
        }
        assertThat(log.lines())
                .containsExactly(
                        "INFO policy 2026-11/8 is in force, before it none: 1 service(s)",
                        "ERROR policy 2026-11/8 stays in force: registry: policy document refused, 1 problem(s):"
                                + " metadata.version: 7 (legal: 8 or more within epoch 2026-11;"
                                + " to go back, give the old content a higher version or another epoch)");
    }

    @Test
    void the_last_good_document_may_return_after_one_of_which_nothing_was_taken() throws Exception {
        PolicySink sink = sink(new StepTime());
        deliver(sink, document(version(7), ORDERS));
        deliver(sink, document(version(8), BAD));
        deliver(sink, document("'epoch': '2026-12', 'version': 1", BAD));
        deliver(sink, document(version(7), ORDERS));
        deliver(sink, document(version(6), BILLING));
        assertThat(log.lines()).hasSize(5);
        assertThat(log.lines().get(3))
                .isEqualTo("INFO policy 2026-11/7 is in force, before it 2026-12/1: 1 service(s)");
        assertThat(log.lines().get(4)).contains("metadata.version: 6 (legal: 7 or more within epoch 2026-11");
    }

    @Test
    void a_first_document_of_which_nothing_was_taken_may_be_withdrawn() throws Exception {
        PolicySink sink = sink(new StepTime());
        deliver(sink, document(version(8), BAD));
        deliver(sink, document(version(7), ORDERS));
        assertThat(log.lines())
                .last()
                .isEqualTo("INFO policy 2026-11/7 is in force, before it 2026-11/8: 1 service(s)");
    }

    @Test
    void a_document_of_which_something_was_taken_is_not_followed_by_an_older_one() throws Exception {
        for (String partlyTaken : List.of(
                document(version(8), BAD + "," + BILLING),
                document(version(8), BAD + ", 'billing': null"),
                document(version(8), "'outboundTrafficPolicy': 'REGISTRY_ONLY'", BAD))) {
            PolicySink sink = sink(new StepTime());
            deliver(sink, document(version(7), ORDERS));
            deliver(sink, partlyTaken);
            deliver(sink, document(version(7), ORDERS));
            assertThat(log.lines()).last().asString().contains("metadata.version: 7 (legal: 8 or more");
        }
    }

    /** As sources do. */
    private static void deliver(PolicySink sink, String document) throws IOException {
        try {
            sink.deliver(Delivery.live(PolicyCodec.read(document), Instant.EPOCH, Map.of()));
        } catch (IOException e) {
            sink.failed(new IOException("registry: " + e.getMessage(), e));
        }
    }

    @Test
    void a_problem_that_lasts_is_logged_each_ten_minutes() {
        StepTime time = new StepTime();
        PolicySink sink = sink(time);
        for (int second = 0; second < 1500; second++) {
            sink.failed(new IOException("asked again in " + second + " s", new IOException("refused")));
            time.step(1_000_000_000L);
        }
        sink.failed(new IOException("asked again", new IOException("HTTP 500")));
        assertThat(log.lines())
                .containsExactly(
                        "WARN no policy yet: asked again in 0 s",
                        "WARN no policy yet: asked again in 600 s",
                        "WARN no policy yet: asked again in 1200 s",
                        "WARN no policy yet: asked again");
    }

    @Test
    void an_earlier_document_of_the_same_version_is_logged() throws Exception {
        PolicySink sink = sink(new StepTime());
        deliver(sink, document(version(8), ORDERS));
        deliver(sink, document(version(8), "'new-field': 1", ORDERS + "," + BILLING));
        assertThat(log.lines().get(1))
                .isEqualTo("WARN policy 2026-11/8 is in force, before it 2026-11/8: 2 service(s);"
                        + " ignored, since not known here: new-field;"
                        + " an earlier document of this version had other content");
    }

    @Test
    void a_line_stays_short_however_much_is_wrong() throws Exception {
        StringBuilder services = new StringBuilder(ORDERS);
        for (int i = 0; i < 1000; i++) {
            services.append(", '").append("s".repeat(400)).append(i).append("': {'hosts': [], 'retry': {}}");
        }
        deliver(sink(new StepTime()), document(version(8), services.toString()));
        assertThat(log.lines().get(0))
                .startsWith(
                        "WARN policy 2026-11/8 is in force, before it none: 1 service(s); refused, and their calls fail: ")
                .endsWith(" and 990 more")
                .hasSizeLessThan(4000);
    }

    @Test
    void a_failed_step_of_an_activation_is_in_the_status_until_the_next_document() throws Exception {
        StepTime time = new StepTime();
        Router router = Router.withoutNames(
                time, Workload.unknown(), Telemetry.none(time), EntrySettings.NONE, Duration.ofHours(1));
        router.control().current().onUnreachable(endpoint -> {
            throw new IllegalStateException("made to fail");
        });
        PolicySink sink = new PolicySink(router.control(), () -> {}, time, log);
        deliver(sink, document(version(8), ORDERS.replace("[]", "[{'address': '10.0.0.1', 'port': 80}]")));
        assertThat(sink.problem()).isNull();
        deliver(sink, document(version(9), ORDERS));
        sink.confirmed();
        time.step(1_000_000_000L);
        MeshStatus.Problem problem = Objects.requireNonNull(sink.problem());
        assertThat(problem.message())
                .isEqualTo(
                        "policy 2026-11/9 is in force, but this step of its activation failed: close the connections of"
                                + " 10.0.0.1:80: java.lang.IllegalStateException: made to fail (the log has its stack trace); no"
                                + " later document repeats it: restart this process to free what it would have freed");
        assertThat(problem.age()).isEqualTo(Duration.ofSeconds(1));
        assertThat(log.lines()).last().asString().startsWith("INFO policy 2026-11/9 is in force");
        deliver(sink, document(version(10), ORDERS + "," + BILLING));
        assertThat(sink.problem()).isNull();
    }
}
