package dev.meshclient;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.meshclient.identity.WorkloadIdentity;
import dev.meshclient.internal.time.Signal;
import dev.meshclient.internal.time.StepTime;
import dev.meshclient.registry.PolicySource;
import dev.meshclient.telemetry.MeshMetrics;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.io.Closeable;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import okhttp3.OkHttpClient;
import okhttp3.Request;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** A part of the application throws what it does not declare: a mesh starts and closes all the same. */
class ThrowingApplicationTest {
    private static final Request GET =
            new Request.Builder().url("http://orders/").build();

    private final Set<Thread> before = Thread.getAllStackTraces().keySet();
    private final List<String> closed = new ArrayList<>();

    private static PolicySource good() {
        return Documents.mesh("shop")
                .version(1)
                .services(Documents.service("orders").endpoint("127.0.0.1", 1))
                .source();
    }

    /** A source that may keep a snapshot. */
    private record Throwing(Thrown thrown) implements PolicySource {
        @Override
        public Closeable watch(Sink sink) {
            throw thrown.now();
        }

        @Override
        public String snapshotName() {
            return "throwing";
        }
    }

    private static String problem(Mesh mesh) {
        MeshStatus.Problem problem = mesh.status().lastProblem();
        return problem == null ? "" : problem.message();
    }

    @ParameterizedTest
    @EnumSource(Thrown.class)
    void a_source_that_throws_when_it_is_watched_is_a_problem_of_the_policy(Thrown thrown, @TempDir Path snapshots) {
        try (Mesh mesh = Mesh.builder().policy(new Throwing(thrown)).build()) {
            assertThat(problem(mesh)).contains("cannot be watched", thrown.text());
        }
        try (Mesh mesh = Mesh.builder()
                .policy(new Throwing(thrown))
                .snapshotDirectory(snapshots)
                .build()) {
            await().untilAsserted(() -> assertThat(problem(mesh)).contains("cannot be watched", thrown.text()));
        }
    }

    @ParameterizedTest
    @EnumSource(Thrown.class)
    void one_of_two_sources_that_throws_fails_alone(Thrown thrown) {
        for (PolicySource both : List.of(
                PolicySource.merge(new Throwing(thrown), good()), PolicySource.merge(good(), new Throwing(thrown)))) {
            try (Mesh mesh = Mesh.builder().policy(both).build()) {
                assertThat(mesh.status().services()).containsKey("orders");
                assertThat(problem(mesh)).contains("cannot be watched", thrown.text());
            }
        }
    }

    @ParameterizedTest
    @EnumSource(Thrown.class)
    void a_mesh_is_closed_although_its_sources_and_identities_throw_then(Thrown thrown) {
        PolicySource source = sink -> {
            Closeable watch = good().watch(sink);
            return () -> {
                watch.close();
                throw thrown.now();
            };
        };
        PolicySource second = sink -> {
            sink.failed(new IOException("no document yet"));
            return () -> closed.add("second source");
        };
        WorkloadIdentity identity = sink -> () -> {
            closed.add("identity");
            throw thrown.now();
        };
        Mesh mesh = Mesh.builder()
                .policy(PolicySource.merge(source, second))
                .identity(identity)
                .certificate("edge", identity)
                .build();
        OkHttpClient client = mesh.wrap(new OkHttpClient());
        assertThatCode(mesh::close).doesNotThrowAnyException();
        assertThat(closed).containsExactlyInAnyOrder("second source", "identity", "identity");
        assertThatThrownBy(() -> client.newCall(GET).execute())
                .isInstanceOf(PolicyUnavailable.class)
                .hasMessageContaining("closed");
        await().untilAsserted(() -> assertThat(threads()).isEmpty());
    }

    private List<String> threads() {
        return Thread.getAllStackTraces().keySet().stream()
                .filter(thread -> !before.contains(thread))
                .map(Thread::getName)
                .filter(name -> name.startsWith("mesh"))
                .toList();
    }

    @ParameterizedTest
    @EnumSource(Thrown.class)
    void each_step_of_closing_runs_whatever_an_earlier_one_throws(Thrown thrown) {
        SimpleMeterRegistry meters = new SimpleMeterRegistry();
        Mesh.Builder builder = Mesh.builder().policy(good()).metrics(MeshMetrics.bindTo(meters));
        builder.time = new StepTime() {
            @Override
            public Signal signal(String name) {
                if (name.equals("drain")) {
                    throw thrown.now();
                }
                return super.signal(name);
            }
        };
        Mesh mesh = builder.build();
        assertThat(meters.getMeters()).isNotEmpty();
        assertThatCode(mesh::close).doesNotThrowAnyException();
        assertThat(meters.getMeters()).isEmpty();
    }

    @ParameterizedTest
    @EnumSource(Thrown.class)
    void a_mesh_that_an_identity_prevents_closes_those_that_it_watched(Thrown thrown) {
        Mesh.Builder broken = Mesh.builder()
                .policy(good())
                .certificate("edge", sink -> () -> closed.add("edge"))
                .identity(sink -> {
                    throw thrown.now();
                });
        assertThatThrownBy(broken::build).hasToString(thrown.text());
        assertThat(closed).containsExactly("edge");
    }
}
