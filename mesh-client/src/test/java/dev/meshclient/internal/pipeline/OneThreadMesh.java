package dev.meshclient.internal.pipeline;

import dev.meshclient.Documents;
import dev.meshclient.Workload;
import dev.meshclient.internal.call.Admission;
import dev.meshclient.internal.call.Calls;
import dev.meshclient.internal.call.Wire;
import dev.meshclient.internal.control.PolicyControl;
import dev.meshclient.internal.endpoint.RecentAttempts;
import dev.meshclient.internal.entry.EntrySettings;
import dev.meshclient.internal.entry.Router;
import dev.meshclient.internal.events.Events;
import dev.meshclient.internal.resolve.DnsCache;
import dev.meshclient.internal.time.Signal;
import dev.meshclient.internal.time.StepTime;
import dev.meshclient.policy.PolicyDocument;
import dev.meshclient.telemetry.MeshEvent;
import dev.meshclient.telemetry.MeshListener;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Consumer;
import java.util.function.Supplier;
import java.util.random.RandomGenerator;
import okhttp3.Request;
import okhttp3.Response;

/**
 * A mesh of service {@code orders} on the thread of a test: tasks of other threads run when the test says so. While a document
 * is applied, one of its calls to the clock, to a timer, to a thread or to a listener may be made to fail.
 */
final class OneThreadMesh {
    /** This endpoint answers 500. */
    static final String BAD = "10.0.0.1:80";

    static final String OLD = """
            'orders': {'hosts': ['orders'], 'outlierDetection': {'minHealthPercent': 0},
              'loadBalancer': {'simple': 'ROUND_ROBIN'}, 'requestAuthentication': {'provider': 'old'},
              'endpoints': [{'address': '10.0.0.1', 'port': 80}, {'address': '10.0.0.2', 'port': 80},
                {'address': '10.0.0.3', 'port': 80}]},
            'same': {'hosts': ['same'], 'endpoints': [{'address': '10.0.1.1', 'port': 80}]},
            'named': {'hosts': ['named'], 'resolution': 'DNS', 'endpoints': [{'address': 'first', 'port': 80}]},
            'judged': {'hosts': ['judged'], 'outlierDetection': {'minHealthPercent': 0},
              'loadBalancer': {'simple': 'ROUND_ROBIN'},
              'endpoints': [{'address': '10.0.0.1', 'port': 80}, {'address': '10.0.2.2', 'port': 80}]},
            'left': {'hosts': ['left'], 'outlierDetection': {}, 'endpoints': [{'address': '10.0.3.1', 'port': 80}]},
            'absent': {'hosts': ['absent'], 'endpoints': [{'address': '10.0.4.1', 'port': 80}]}
            """;
    static final String NEW = """
            'orders': {'hosts': ['orders', 'bestellungen'], 'outlierDetection': {'consecutive5xxErrors': 2},
              'loadBalancer': {'simple': 'ROUND_ROBIN'}, 'requestAuthentication': {'provider': 'new'},
              'endpoints': [{'address': '10.0.0.1', 'port': 80}, {'address': '10.0.0.2', 'port': 80},
                {'address': '10.0.0.4', 'port': 80}]},
            'same': {'hosts': ['same'], 'endpoints': [{'address': '10.0.1.1', 'port': 80}]},
            'named': {'hosts': ['named'], 'resolution': 'DNS', 'endpoints': [
              {'address': 'second', 'port': 80}, {'address': 'another', 'port': 80}]},
            'judged': {'hosts': ['judged'], 'loadBalancer': {'simple': 'ROUND_ROBIN'},
              'outlierDetection': {'maxEjectionPercent': 0},
              'endpoints': [{'address': '10.0.0.1', 'port': 80}, {'address': '10.0.2.2', 'port': 80}]},
            'fresh': {'hosts': ['fresh'], 'endpoints': [{'address': '10.0.5.1', 'port': 80}]},
            'left': null
            """;

    final List<String> events = new ArrayList<>();
    final List<String> lookedUp = new ArrayList<>();
    final List<String> fetched = new ArrayList<>();
    final List<String> gone = new ArrayList<>();
    private final List<Runnable> started = new ArrayList<>();
    private int faultAfter = Integer.MAX_VALUE; // calls
    boolean hasFailed;

    final StepTime time = new StepTime() {
        @Override
        public long now() {
            mayFail();
            return super.now();
        }

        @Override
        public InstantSource wall() {
            mayFail();
            return super.wall();
        }

        @Override
        public RandomGenerator random() {
            mayFail();
            return super.random();
        }

        @Override
        public Signal signal(String name) {
            mayFail();
            return super.signal(name);
        }

        @Override
        public Timer at(long at, String name, Runnable action) {
            mayFail();
            return super.at(at, name, action);
        }

        @Override
        public void start(String name, Runnable task) {
            mayFail();
            started.add(task);
        }
    };
    private final MeshListener listener = new MeshListener() {
        @Override
        public void on(MeshEvent event) {
            if (event instanceof MeshEvent.EndpointEjected ejected) {
                events.add("ejected " + ejected.endpoint() + " of " + ejected.service());
            } else if (event instanceof MeshEvent.EndpointReturned returned) {
                events.add("returned " + returned.endpoint() + " of " + returned.service());
            }
            mayFail();
        }
    };
    private final Wire wire = attempt -> Calls.respond(
            attempt, Objects.requireNonNull(attempt.endpoint()).name().equals(BAD) ? 500 : 200);
    private final Telemetry ofMesh = Telemetry.of(Events.of(time, List.of(), List.of(listener)));
    private final LocalWorkload self = LocalWorkload.of(
            Workload.of("orders"),
            () -> null,
            time,
            Map.of(),
            (uri, max, timeout) -> {
                fetched.add(uri.getPath());
                return "{\"keys\": []}".getBytes(StandardCharsets.UTF_8);
            },
            (backend, to) -> {});
    private int layersUntilFault = Integer.MAX_VALUE;
    boolean failsAfterCompile;
    final CurrentState current = new CurrentState(
            time,
            name -> {
                lookedUp.add(name);
                return List.of("10.1.0." + name.length());
            },
            self,
            ofMesh,
            this::compile);
    final Router router = new Router(
            time,
            new PolicyControl(current, time, Duration.ofMinutes(5)),
            self,
            ofMesh,
            new EntrySettings(List.of("*.claimed"), false, Duration.ZERO));

    OneThreadMesh() {
        current.onUnreachable(endpoint -> {
            gone.add(endpoint.name());
            mayFail();
        });
        router.wanted().onAsk(this::mayFail);
    }

    /** A mesh with the old policy in force; both services with the bad endpoint have ejected it. */
    static OneThreadMesh ejecting() throws IOException {
        OneThreadMesh mesh = new OneThreadMesh();
        mesh.apply(OLD);
        mesh.call("orders", 20);
        mesh.call("judged", 20);
        if (mesh.events.size() != 2) {
            throw new AssertionError(mesh.events);
        }
        return mesh;
    }

    private MeshState compile(
            AppliedPolicy policy, MeshState before, DnsCache names, RecentAttempts recent, Consumer<String> ask) {
        Outbound outbound = new Outbound(time, ofMesh, self, names, recent, new Pipeline() {
            @Override
            <L> L create(Supplier<L> layer) {
                if (layersUntilFault-- == 0) {
                    throw fault();
                }
                return layer.get();
            }
        });
        MeshState whole = new StateCompiler(policy, before, self, outbound).compile(ask);
        if (failsAfterCompile) {
            throw fault();
        }
        return whole;
    }

    private void mayFail() {
        if (faultAfter-- == 0) {
            throw fault();
        }
    }

    private IllegalStateException fault() {
        hasFailed = true;
        return new IllegalStateException("made to fail");
    }

    static PolicyDocument document(String services) {
        try {
            return Documents.mesh("m").services(services).with("""
                        'jwtProviders': {
                          'old': {'issuer': 'old', 'audiences': ['a'], 'jwksUri': 'https://keys/old'},
                          'new': {'issuer': 'new', 'audiences': ['a'], 'jwksUri': 'https://keys/new'}}
                        """).read();
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }

    void apply(String services) throws IOException {
        apply(document(services));
    }

    /** Applies the document; then the tasks of other threads run, even if it throws. */
    void apply(PolicyDocument document) throws IOException {
        try {
            router.control().apply(document);
        } finally {
            faultAfter = Integer.MAX_VALUE;
            layersUntilFault = Integer.MAX_VALUE;
            runStarted();
        }
    }

    /** The call after so many calls to the clock, a timer, a thread or a listener fails, if it is made within the next apply. */
    void failAfter(int calls) {
        faultAfter = calls;
    }

    /** The creation of the layer after so many layers fails, if it is created within the next apply. */
    void failAtLayer(int layers) {
        layersUntilFault = layers;
    }

    /** Runs the tasks of other threads. */
    void runStarted() {
        List<Runnable> tasks = List.copyOf(started);
        started.clear();
        tasks.forEach(Runnable::run);
    }

    /** Lets time pass. */
    void step(Duration duration) {
        time.step(duration.toNanos());
        runStarted();
    }

    /** Calls the host. @return the statuses or failures */
    List<String> call(String host, int times) {
        List<String> results = new ArrayList<>();
        for (int i = 0; i < times; i++) {
            Request request = new Request.Builder().url("http://" + host + "/").build();
            Admission admission = router.admit(host, 80);
            try (Response response = admission == Admission.NOT_OURS
                    ? null
                    : Calls.call(time, request, wire).run(Objects.requireNonNull(Calls.layers(admission)))) {
                results.add(response == null ? "not ours" : String.valueOf(response.code()));
            } catch (IOException e) {
                results.add(e.getClass().getSimpleName());
            }
        }
        return results;
    }

    /** The names of the endpoints that a call can reach. */
    Set<String> known() {
        Set<String> names = new TreeSet<>();
        current.forEachEndpoint(e -> names.add(e.name()));
        return names;
    }

    /** The five facts: routing, ejection, the keys of issuers, resolved names, claims; and connections. */
    List<Object> facts() {
        List<Object> facts = new ArrayList<>();
        step(Duration.ofSeconds(1));
        facts.add(quickFacts());
        for (String host : List.of("orders", "bestellungen", "same", "named", "judged", "left", "fresh", "x.claimed")) {
            facts.add(host + " " + call(host, 6));
        }
        facts.add("events " + List.copyOf(events));
        step(Duration.ofMinutes(1));
        facts.add("names a minute later " + List.copyOf(new TreeSet<>(lookedUp)));
        step(Duration.ofMinutes(5));
        facts.add("absent dropped " + call("absent", 1) + known());
        return facts;
    }

    /** Those facts that need neither a call nor time. */
    String quickFacts() {
        return String.join(
                "\n",
                "layers: " + router,
                "known: " + known(),
                "gone: " + gone,
                "keys: " + fetched,
                "names: " + lookedUp,
                "wanted: " + router.wanted().hosts());
    }
}
