package dev.meshclient.spring.test;

import dev.meshclient.Decision;
import dev.meshclient.policy.BackendSettings;
import dev.meshclient.policy.Endpoint;
import dev.meshclient.policy.MeshPolicy;
import dev.meshclient.policy.Metadata;
import dev.meshclient.policy.PolicyException;
import dev.meshclient.policy.Resolution;
import dev.meshclient.policy.Service;
import dev.meshclient.policy.Settings;
import dev.meshclient.policy.json.PolicyCodec;
import dev.meshclient.registry.MemoryPolicySource;
import dev.meshclient.registry.PolicySource;
import dev.meshclient.telemetry.CallInfo;
import dev.meshclient.telemetry.CallObserver;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * The registry of an application under test, in the process, and a record of the calls of its mesh. What a test states is in force when the
 * method returns. Thread-safe; tests that share an application must not run at the same time.
 *
 * @see AutoConfigureMeshRegistry
 */
public final class MeshTestRegistry implements AutoCloseable {
    private static final MeshPolicy NONE = MeshPolicy.builder()
            .metadata(Metadata.builder().mesh("test").build())
            .build();

    private final MeshPolicy atStart;
    private final MemoryPolicySource source;
    private final Map<String, MeshTestService> services = new LinkedHashMap<>(); // guarded by this
    private final Set<String> listed = new LinkedHashSet<>(); // guarded by this
    private MeshPolicy base; // guarded by this
    private long version; // guarded by this
    private volatile List<Decision> calls = new CopyOnWriteArrayList<>();

    /** @param document null: a policy without services */
    MeshTestRegistry(@Nullable String document) {
        atStart = document == null ? NONE : read(document);
        base = atStart;
        source = PolicySource.of(NONE);
        apply();
    }

    /** A service. Without an endpoint or an answer of the test, it is as the policy states it, and none if the policy lists none. */
    public synchronized MeshTestService service(String name) {
        Objects.requireNonNull(name, "name must not be null: pass the name of a service");
        return services.computeIfAbsent(name, known -> new MeshTestService(known, this::apply));
    }

    /**
     * Replaces the policy by this document, for example that of production. Endpoints and answers that the test states for single services
     * stay, and replace those of the document. Of these, only endpoints on this machine are kept ({@code localhost}, {@code 127.0.0.1},
     * {@code ::1}), and none of a service with {@code resolution: NONE}: no test calls those of production. The version of the document has no effect.
     *
     * @throws IllegalArgumentException if the document has a problem or an unknown field
     */
    public synchronized void policy(String document) {
        Objects.requireNonNull(document, "document must not be null: pass the text of a document");
        MeshPolicy before = base;
        base = read(document);
        try {
            apply();
        } catch (IllegalArgumentException refused) {
            base = before;
            throw refused;
        }
    }

    /**
     * The decisions on the calls to this service that have ended, their bodies included, in the order of their ends. Empty: none has.
     * {@code DecisionAssertions.that(decision)} has assertions on one.
     */
    public List<Decision> calls(String service) {
        Objects.requireNonNull(service, "service must not be null: pass the name of a service");
        return calls.stream().filter(call -> call.service().equals(service)).toList();
    }

    /**
     * The decision on the call to this service that ended last.
     *
     * @throws AssertionError if none has; it states the services that had calls
     */
    public Decision lastCall(String service) {
        List<Decision> all = calls(service);
        if (all.isEmpty()) {
            throw new AssertionError("no call to service '" + service + "' has ended, but calls to these: "
                    + calls.stream()
                            .collect(Collectors.groupingBy(Decision::service, TreeMap::new, Collectors.counting())));
        }
        return all.get(all.size() - 1);
    }

    /**
     * Restores the policy of the start of the application, and forgets endpoints, answers, requests and calls. The mesh drops its state of
     * all services: ejections, open breakers, limits and retry budgets. Runs after each test method.
     */
    public synchronized void reset() {
        services.values().forEach(MeshTestService::close);
        services.clear();
        calls = new CopyOnWriteArrayList<>();
        update(NONE, Map.of());
        base = atStart;
        apply();
    }

    @Override
    public synchronized void close() {
        services.values().forEach(MeshTestService::close);
    }

    PolicySource source() {
        return source;
    }

    CallObserver.Factory observer() {
        return call -> {
            List<Decision> ofTest = calls; // a call that ends after the test is none of the next
            return new CallObserver() {
                @Override
                public void ended(CallInfo ended) {
                    if (ended.isOfMesh()) {
                        ofTest.add(ended.decision());
                    }
                }
            };
        };
    }

    private synchronized void apply() {
        Map<String, Service> all = new LinkedHashMap<>();
        // The defaults may state TLS or a token, which a service cannot undo.
        base.services().forEach((name, service) -> all.put(name, onThisMachine(service.over(base.defaults()))));
        services.forEach((name, test) -> {
            if (!test.endpoints().isEmpty()) {
                all.compute(name, (known, before) -> test.in(before == null ? unlisted(known) : before));
            }
        });
        update(base, all);
    }

    private Service unlisted(String name) {
        Service service = Service.builder().hosts(name).build().over(base.defaults());
        BackendSettings backend = service.settings().backend().toBuilder()
                .serviceAccount(base.defaultServiceAccount(name))
                .build();
        return service.toBuilder().backend(backend).build();
    }

    /** Without its other endpoints and without the resolution NONE, by which a call has the address of its URL: no test calls production. */
    private static Service onThisMachine(Service service) {
        List<Endpoint> here = service.endpoints().stream()
                .filter(endpoint -> endpoint.address().matches("localhost|127[.].*|::1"))
                .toList();
        return service.toBuilder()
                .endpoints(here)
                .resolution(here.isEmpty() ? Resolution.STATIC : service.resolution())
                .build();
    }

    private void update(MeshPolicy policy, Map<String, Service> all) {
        Set<String> removed = new LinkedHashSet<>(listed);
        removed.removeAll(all.keySet()); // a mesh keeps those that a document only omits
        version++;
        try {
            source.update(policy.toBuilder()
                    .metadata(Metadata.builder().mesh("test").version(version).build())
                    .defaults(Settings.NONE)
                    .services(all)
                    .removed(List.copyOf(removed))
                    .build());
            listed.addAll(all.keySet());
        } catch (PolicyException e) {
            throw new IllegalArgumentException("the policy is refused: " + e.getMessage(), e);
        }
    }

    private static MeshPolicy read(String document) {
        try {
            return PolicyCodec.readStrict(document.getBytes(StandardCharsets.UTF_8))
                    .policy();
        } catch (PolicyException e) {
            throw new IllegalArgumentException(e.getMessage(), e);
        }
    }
}
