package dev.meshclient.internal.control;

import static dev.meshclient.registry.FakeRegistry.document;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assumptions.assumeThat;

import dev.meshclient.Workload;
import dev.meshclient.internal.entry.EntrySettings;
import dev.meshclient.internal.entry.Router;
import dev.meshclient.internal.pipeline.AcceptedService;
import dev.meshclient.internal.pipeline.AppliedPolicy;
import dev.meshclient.internal.pipeline.Telemetry;
import dev.meshclient.internal.source.Remembered;
import dev.meshclient.internal.source.Sha256;
import dev.meshclient.internal.time.StepTime;
import dev.meshclient.policy.Metadata;
import dev.meshclient.policy.PolicyDocument;
import dev.meshclient.policy.PolicyProblem;
import dev.meshclient.policy.RefusedService;
import dev.meshclient.policy.Service;
import dev.meshclient.policy.json.PolicyCodec;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

class SnapshotFileTest {
    private static final Instant WHEN = Instant.parse("2026-11-22T18:00:00.123Z");
    private static final String SOURCE = "https://registry/policy?key=secret";

    @TempDir
    private Path directory;

    /** What is in force after this document, which says its version. */
    static Snapshot snapshot(int version, @Nullable Duration ttl, Instant confirmed, String json) throws IOException {
        Router router = Router.withoutNames(
                new StepTime() {
                    @Override
                    public void start(String name, Runnable lookUp) {}
                },
                Workload.unknown(),
                Telemetry.none(new StepTime()),
                EntrySettings.NONE,
                Duration.ofHours(1));
        router.control().apply(PolicyCodec.read(json));
        AppliedPolicy applied = router.control().applied();
        Map<String, AcceptedService> services = new LinkedHashMap<>(applied.services());
        services.replaceAll(
                (name, a) -> AcceptedService.kept(a.revision(), a.service(), a.clusters(), a.trustDomain()));
        AppliedPolicy kept = new AppliedPolicy(
                applied.revision(),
                applied.outboundTrafficPolicy(),
                applied.appliedAt(),
                services,
                applied.refused(),
                applied.absentSince(),
                applied.scope(),
                applied.outside());
        Remembered source = Remembered.of(
                "\"" + version + "\"", Sha256.hex(json.getBytes(StandardCharsets.UTF_8)), null, confirmed);
        return new Snapshot(kept, Map.of(), router.control().order(), confirmed, ttl, Map.of("", source));
    }

    private static Snapshot snapshot(int version) {
        try {
            return snapshot(version, null, WHEN, document(version));
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }

    /** Of two services one can be read no more. */
    static byte[] withIllegalService() throws IOException {
        String services = "\"good\": {\"hosts\": [\"good\"]}, \"bad\": {\"hosts\": [\"bad\"]}";
        String good = new String(
                SnapshotFormat.write(snapshot(
                        1, null, WHEN, document(1).replace("\"services\": {}", "\"services\": {" + services + "}"))),
                StandardCharsets.UTF_8);
        return digested(good.substring(good.indexOf('\n') + 1).replace("[\"bad\"]", "[\"b?d\"]"))
                .getBytes(StandardCharsets.UTF_8);
    }

    private static String digested(String rest) {
        return "mesh-client-snapshot 3 " + Sha256.hex(rest.getBytes(StandardCharsets.UTF_8)) + "\n" + rest;
    }

    /** All that one may hold: kept, absent, refused and outside services, versions, two sources, and names that are no part of a line. */
    private static Snapshot full() throws IOException {
        String json = """
                {"apiVersion": "meshclient.dev/v1", "kind": "MeshPolicy",
                 "metadata": {"mesh": "m", "epoch": "an epoch of 2", "version": 1, "scope": {"hosts": ["a", "[::1]"]}},
                 "trustDomain": "shop.example", "outboundTrafficPolicy": "REGISTRY_ONLY",
                 "clusters": [{"name": "west", "priority": 3}],
                 "defaults": {"timeouts": {"request": "7s"}, "tls": {"mode": "MESH_MUTUAL"}},
                 "services": {
                  "a": {"hosts": ["a"], "endpoints": [{"address": "10.0.0.1", "port": 80, "cluster": "west"}],
                        "rules": [{"backendRefs": [{"name": "b", "subset": "v2"}]}]},
                  "b": {"hosts": ["b"], "resolution": "DNS", "subsets": [{"name": "v2", "labels": {"v": "2"}}]},
                  "d": {"hosts": ["d", "d:81"], "endpoints": [], "retry": {"attempts": 1}}}}
                """;
        PolicyDocument document = PolicyCodec.read(json);
        AppliedPolicy p = snapshot(1, null, WHEN, json).policy();
        AppliedPolicy kept = new AppliedPolicy(
                p.revision(),
                p.outboundTrafficPolicy(),
                0,
                p.services(),
                Map.of(
                        "a b\n\u00fc",
                        new RefusedService(List.of("x", "y:80"), List.of(PolicyProblem.at("p", "-", "a  c", 7))),
                        "d",
                        new RefusedService(List.of(), List.of())),
                Map.of(),
                p.scope(),
                Set.of("b"));
        Metadata before = new Metadata("", null, 7L, null, null, null);
        Metadata last = new Metadata("", "an epoch\n of 2", 1L, null, null, null);
        return new Snapshot(
                kept,
                Map.of("a", WHEN),
                List.of(before, last),
                WHEN,
                Duration.ofHours(1),
                Map.of(
                        "1", new Remembered("\"e\"", "d", "why not", WHEN, List.of(before), document),
                        "2", new Remembered(null, "", null, WHEN, List.of(last), document)));
    }

    private List<Path> files() throws IOException {
        try (Stream<Path> files = Files.list(directory)) {
            return files.toList();
        }
    }

    @Test
    void what_is_written_is_read() throws IOException {
        SnapshotFile file = new SnapshotFile(directory.resolve("not/there"), SOURCE);
        assertThat(file.read()).isNull();
        file.write(snapshot(1));
        file.write(snapshot(2));
        Snapshot read = Objects.requireNonNull(file.read());
        assertThat(read.policy()).isEqualTo(snapshot(2).policy());
        assertThat(Objects.requireNonNull(read.memory().get("")).etag()).isEqualTo("\"2\"");
        assertThat(read.confirmed()).isEqualTo(WHEN);
    }

    @Test
    void whatever_is_in_force_is_read_as_it_was() throws IOException {
        Snapshot read = SnapshotFormat.read(SnapshotFormat.write(full()));
        assertThat(read.policy()).isEqualTo(full().policy());
        assertThat(read.dropsAt()).isEqualTo(full().dropsAt());
        assertThat(read.order()).isEqualTo(full().order());
        assertThat(read.ttl()).isEqualTo(full().ttl());
        assertThat(read.memory().keySet()).containsExactlyInAnyOrder("1", "2");
        assertThat(read.memory().get("2")).isEqualTo(full().memory().get("2"));
        Remembered one = Objects.requireNonNull(read.memory().get("1"));
        assertThat(one.rejection()).isEqualTo("why not");
        assertThat(Objects.requireNonNull(one.document()).policy())
                .isEqualTo(Objects.requireNonNull(
                                Objects.requireNonNull(full().memory().get("1")).document())
                        .policy());
    }

    static List<Path> documents() throws IOException {
        try (Stream<Path> files = Files.list(Path.of("src/test/resources/dev/meshclient/policy/json/good"))) {
            return files.filter(file -> file.toString().endsWith(".json"))
                    .sorted()
                    .toList();
        }
    }

    @ParameterizedTest
    @MethodSource("documents")
    void what_a_good_document_puts_in_force_is_read_as_it_was(Path document) throws IOException {
        Snapshot left = snapshot(1, null, WHEN, Files.readString(document));
        AppliedPolicy read = SnapshotFormat.read(SnapshotFormat.write(left)).policy();
        Map<String, AcceptedService> inForce = new LinkedHashMap<>(left.policy().services());
        inForce.replaceAll((name, a) -> AcceptedService.kept(a.revision(), a.service(), a.clusters(), a.trustDomain()));
        assertThat(read.services()).isEqualTo(inForce);
    }

    /** Services in force are of several documents, so that one may send to what is gone, and two may call two providers by one name. */
    @Test
    void services_that_no_one_document_has_are_read_as_they_were() throws IOException {
        String old = "{'apiVersion': 'meshclient.dev/v1', 'kind': 'MeshPolicy', 'metadata': {'mesh': 'm'},"
                + " 'jwtProviders': {'corp': {'issuer': 'https://%s.example', 'jwksUri': 'https://id.example/k'}},"
                + " 'services': {'%s': {'hosts': ['%s'], 'endpoints': [], 'requestAuthentication': {'providers': ['corp']},"
                + " 'rules': [{'backendRefs': [{'name': 'gone', 'subset': 'v1'}]}]},"
                + " 'gone': {'hosts': ['gone'], 'endpoints': [], 'subsets': [{'name': 'v1', 'labels': {'v': '1'}}]}}}";
        Map<String, AcceptedService> services = new LinkedHashMap<>();
        for (String name : List.of("one", "two")) {
            String json = old.formatted(name, name, name).replace('\'', '"');
            services.put(
                    name,
                    Objects.requireNonNull(
                            snapshot(1, null, WHEN, json).policy().services().get(name)));
        }
        services.computeIfPresent("two", (name, accepted) -> withoutHosts(accepted));
        AppliedPolicy p = AppliedPolicy.NONE;
        AppliedPolicy both = new AppliedPolicy(
                "no version", p.outboundTrafficPolicy(), 0, services, Map.of(), Map.of(), null, Set.of());
        Snapshot left = new Snapshot(both, Map.of(), List.of(), WHEN, null, Map.of());
        assertThat(SnapshotFormat.read(SnapshotFormat.write(left)).policy()).isEqualTo(both);
    }

    /** They became another service's. */
    private static AcceptedService withoutHosts(AcceptedService a) {
        Service s = a.service();
        return AcceptedService.kept(
                a.revision(),
                new Service(
                        List.of(),
                        s.appProtocol(),
                        s.resolution(),
                        s.endpoints(),
                        s.subsets(),
                        s.rules(),
                        s.settings()),
                a.clusters(),
                a.trustDomain());
    }

    @Test
    void a_restart_does_not_put_off_when_a_service_goes() throws IOException {
        Snapshot left = full();
        long hour = Duration.ofHours(1).toNanos();
        AppliedPolicy before = left.applied(5, WHEN.minusSeconds(60), hour);
        assertThat(before.absentSince()).containsExactly(Map.entry("a", 5 + 60_000_000_000L - hour));
        assertThat(left.applied(5, WHEN, hour).services()).containsOnlyKeys("b", "d");
    }

    @Test
    void a_file_of_another_version_or_of_another_program_is_told_apart() {
        assertThatThrownBy(() -> SnapshotFormat.read("mesh-client-snapshot 1 abc\n\n".getBytes(StandardCharsets.UTF_8)))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("of another version of mesh-client");
        assertThatThrownBy(() -> SnapshotFormat.read("hello\nworld\n".getBytes(StandardCharsets.UTF_8)))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("no snapshot");
    }

    /** The digest finds damage; a writer of a digest of its own may write any head. */
    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "confirmed\n\n",
                "confirmed yesterday\n\n",
                "services 4\n\nabc",
                "services 3\n\nabc",
                "services -1\n\nabc",
                "services 99\nservice a\n\nabc",
                "service a b - x false\n\n",
                "version\n\n",
                "version x -\n\n",
                "news 1\n\n",
                "problem a b c 1\n\n",
                "document 1\n\n",
                "\nabc",
            })
    void a_head_of_another_form_is_refused(String rest) {
        String all = digested(rest);
        assertThatThrownBy(() -> SnapshotFormat.read(all.getBytes(StandardCharsets.UTF_8)))
                .isInstanceOf(IOException.class);
    }

    @Test
    void only_its_owner_may_read_it_and_nothing_else_stays_behind() throws IOException {
        new SnapshotFile(directory, SOURCE).write(snapshot(1));
        assertThat(files()).hasSize(1);
        assumeThat(directory.getFileSystem().supportedFileAttributeViews()).contains("posix");
        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(files().get(0))))
                .isEqualTo("rw-------");
    }

    @Test
    void its_name_tells_sources_apart_and_nothing_of_them() throws IOException {
        new SnapshotFile(directory, SOURCE).write(snapshot(1));
        new SnapshotFile(directory, "https://registry/policy?key=other").write(snapshot(2));
        assertThat(files()).hasSize(2).noneMatch(f -> f.toString().contains("secret"));
        assertThat(etag(new SnapshotFile(directory, SOURCE).read())).isEqualTo("\"1\"");
    }

    @Test
    void whatever_is_cut_or_changed_is_refused() throws IOException {
        byte[] good = SnapshotFormat.write(full());
        for (int length = 0; length < good.length; length++) {
            byte[] cut = Arrays.copyOf(good, length);
            assertThatThrownBy(() -> SnapshotFormat.read(cut))
                    .as("cut to %s", length)
                    .isInstanceOf(IOException.class);
        }
        for (int i = 0; i < good.length; i++) {
            byte[] changed = good.clone();
            changed[i] ^= 1;
            assertThatThrownBy(() -> SnapshotFormat.read(changed))
                    .as("byte %s", i)
                    .isInstanceOf(IOException.class);
        }
    }

    @Test
    void a_reader_while_two_write_sees_one_of_both() throws Exception {
        CompletableFuture<Void> one = CompletableFuture.runAsync(() -> write(1));
        CompletableFuture<Void> two = CompletableFuture.runAsync(() -> write(2));
        SnapshotFile file = new SnapshotFile(directory, SOURCE);
        while (!one.isDone() || !two.isDone()) {
            Snapshot seen = file.read();
            assertThat(seen == null ? "\"1\"" : etag(seen)).isIn("\"1\"", "\"2\"");
        }
        one.get();
        two.get();
        assertThat(files()).hasSize(1);
    }

    private static @Nullable String etag(@Nullable Snapshot snapshot) {
        return Objects.requireNonNull(Objects.requireNonNull(snapshot).memory().get(""))
                .etag();
    }

    private void write(int version) {
        SnapshotFile file = new SnapshotFile(directory, SOURCE);
        for (int i = 0; i < 50; i++) {
            try {
                file.write(snapshot(version));
            } catch (IOException e) {
                throw new AssertionError(e);
            }
        }
    }
}
