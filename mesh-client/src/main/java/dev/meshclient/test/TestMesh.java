package dev.meshclient.test;

import dev.meshclient.Mesh;
import dev.meshclient.MeshStatus;
import dev.meshclient.internal.call.Doubles;
import dev.meshclient.internal.time.ManualTime;
import dev.meshclient.policy.PolicyException;
import dev.meshclient.registry.MemoryPolicySource;
import dev.meshclient.registry.PolicySource;
import java.time.Duration;
import java.time.Instant;
import java.util.Objects;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.UnaryOperator;
import java.util.stream.Collectors;
import okhttp3.OkHttpClient;

/**
 * A mesh for unit tests: every layer is that of production, but its clock is the test's, its services are scripted, and it opens
 * no socket and asks no name server.
 *
 * <pre>{@code
 * try (TestMesh mesh = TestMesh.of(document)) {
 *     mesh.service("orders").answers(FakeAnswer.status(503), FakeAnswer.ok("7 orders"));
 *     Response response = mesh.client().newCall(get("http://orders/")).execute();
 *     DecisionAssertions.that(response).attempts(2);
 * }
 * }</pre>
 *
 * <p>The clock stands still until the test moves it with {@link #advance}, or a call waits: a back-off or a slow answer moves it
 * on the calling thread, so no test waits. Calls that run at the same time move one clock.
 *
 * <p>Calls to hosts that no service claims are sent by the client, as in production. Certificates are not checked: nothing is
 * encrypted.
 */
public final class TestMesh implements AutoCloseable {
    private static final long SEED = 1;

    private final ManualTime time = new ManualTime(SEED);
    private final FakeNames names = new FakeNames();
    private final ScriptedWire wire = new ScriptedWire(this::endpoints, names);
    private final MemoryPolicySource policy;
    private final Mesh mesh;
    private final OkHttpClient client;

    private TestMesh(MemoryPolicySource policy, UnaryOperator<Mesh.Builder> settings) {
        this.policy = policy;
        Mesh.Builder builder =
                settings.apply(Mesh.builder().snapshotDirectory(null).policy(policy));
        Doubles.load().replace(builder, time, wire, names);
        this.mesh = builder.build();
        this.client = mesh.wrap(new OkHttpClient());
    }

    /**
     * A mesh with this document, read strictly.
     *
     * @throws IllegalArgumentException if the document has a problem or an unknown field
     */
    public static TestMesh of(String document) {
        return of(document, mesh -> mesh);
    }

    /**
     * As {@link #of(String)}, with settings of the builder, such as
     * {@code mesh -> mesh.workload(Workload.of("checkout").zone("eu-1a"))}.
     */
    public static TestMesh of(String document, UnaryOperator<Mesh.Builder> settings) {
        Objects.requireNonNull(document, "document must not be null: pass the text of a document");
        Objects.requireNonNull(settings, "settings must not be null: pass mesh -> mesh for the defaults");
        return of(PolicySource.of(document), settings);
    }

    /** As {@link #of(String, UnaryOperator)}, for a policy made in code or {@link PolicySource#lenient read leniently}. */
    public static TestMesh of(MemoryPolicySource policy, UnaryOperator<Mesh.Builder> settings) {
        Objects.requireNonNull(policy, "policy must not be null: pass PolicySource.of(document)");
        Objects.requireNonNull(settings, "settings must not be null: pass mesh -> mesh for the defaults");
        return new TestMesh(policy, settings);
    }

    /** The mesh, for code that wraps its own client. */
    public Mesh mesh() {
        return mesh;
    }

    /** A client with the mesh. */
    public OkHttpClient client() {
        return client;
    }

    /**
     * The endpoints of a service of the document.
     *
     * @throws IllegalArgumentException if the policy in force has no such service
     */
    public FakeService service(String name) {
        Objects.requireNonNull(name, "name must not be null: pass the name of a service of the document");
        Set<String> known = mesh.status().services().keySet();
        if (!known.contains(name)) {
            throw new IllegalArgumentException(
                    "the policy has no service '" + name + "', but these: " + String.join(", ", known));
        }
        return wire.service(name);
    }

    private Set<String> endpoints(String service) {
        time.advance(Duration.ZERO); // names are looked up by a task
        MeshStatus.Service found = mesh.status().services().get(service);
        return found == null
                ? Set.of()
                : found.endpoints().stream()
                        .map(endpoint -> names.stated(endpoint.address()))
                        .collect(Collectors.toCollection(TreeSet::new));
    }

    /**
     * Moves the clock, and runs what becomes due: an ejection ends, a kept policy expires.
     *
     * @throws IllegalArgumentException if the time is negative
     */
    public void advance(Duration time) {
        Objects.requireNonNull(time, "time must not be null: pass a Duration such as Duration.ofSeconds(5)");
        this.time.advance(time);
    }

    /** The clock of the mesh; it begins at 2026-01-01T00:00:00Z. */
    public Instant now() {
        return time.wall().instant();
    }

    /**
     * Puts another document in force.
     *
     * @throws PolicyException if the document is refused; nothing changes
     */
    public void update(String document) throws PolicyException {
        policy.update(document);
    }

    @Override
    public void close() {
        mesh.close();
        client.dispatcher().executorService().shutdown();
        client.connectionPool().evictAll();
    }

    @Override
    public String toString() {
        return "test " + mesh;
    }
}
