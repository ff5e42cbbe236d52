package dev.meshclient.examples.demo;

import dev.meshclient.Mesh;
import dev.meshclient.examples.registry.RegistryServer;
import dev.meshclient.registry.PolicySource;
import java.io.Closeable;
import java.io.IOException;
import java.net.URI;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;
import java.util.function.IntSupplier;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;
import okhttp3.OkHttpClient;
import org.jspecify.annotations.Nullable;

/** A registry, three services with an instance in each of three zones, and an application in each zone that calls the first. */
final class Fleet implements Closeable {
    static final List<String> SERVICES = List.of("service-a", "service-b", "service-c");
    static final List<String> ZONES = List.of("a", "b", "c");

    private static final Map<String, String> CALLS = Map.of("service-a", "service-b", "service-b", "service-c");
    private static final Duration PATIENCE = Duration.ofSeconds(30);

    static {
        // An idle connection that a server closes costs a retry, and retries are counted here.
        System.setProperty("sun.net.httpserver.idleInterval", "600");
    }

    private final List<Instance> instances = new CopyOnWriteArrayList<>();
    private final List<Caller> callers = new CopyOnWriteArrayList<>();
    private final List<Hop.Way> ways = new CopyOnWriteArrayList<>();
    private final List<String> errors = new CopyOnWriteArrayList<>();
    private final Certificates certificates = Certificates.make(SERVICES);
    private final Map<String, ServiceTls> tls = new HashMap<>();
    private final Seen seen = new Seen();
    private final Recorder recorder = new Recorder();
    private final URI policy;
    private RegistryServer registry;
    private @Nullable HeldPort registryPort;
    private Document document = new Document("Any", 0, false, false, "", List.of(), "");
    private final AtomicLong version = new AtomicLong(1);

    private Fleet() throws IOException {
        this.registry = RegistryServer.start(0, Document.EMPTY);
        this.policy = registry.uri();
    }

    /** Starts all of them; the document lists no instance yet. */
    static Fleet start() throws IOException {
        Fleet fleet = new Fleet();
        for (String service : SERVICES) {
            fleet.tls.put(service, ServiceTls.with(fleet.certificates.of(service)));
        }
        fleet.tls.put(Certificates.STRANGER, ServiceTls.with(fleet.certificates.of(Certificates.STRANGER)));
        for (String service : SERVICES) {
            for (String zone : ZONES) {
                fleet.add(service, "v1", zone);
            }
        }
        for (String zone : ZONES) {
            fleet.callers.add(new Caller(
                    zone,
                    fleet.member(
                            Certificates.CALLERS,
                            zone,
                            ZONES.get(0).equals(zone) ? fleet.recorder::observe : mesh -> mesh),
                    fleet.seen));
        }
        return fleet;
    }

    /** Starts one more instance. It gets no calls before the document lists it. */
    Instance add(String service, String version, String zone) throws IOException {
        Instance added = new Instance(
                new Hop(service, version, zone), CALLS.get(service), member(service, zone), tls(service), seen);
        instances.add(added);
        return added;
    }

    /** What the meshes show of calls. */
    Recorder recorder() {
        return recorder;
    }

    private Member member(String service, String zone) {
        return member(service, zone, mesh -> mesh);
    }

    private Member member(String service, String zone, UnaryOperator<Mesh.Builder> more) {
        return new Member(
                service,
                zone,
                PolicySource.http(policy),
                certificates.of(service),
                mesh -> more.apply(mesh.openTelemetry(recorder.traces())));
    }

    private ServiceTls tls(String workload) {
        return Objects.requireNonNull(tls.get(workload), workload);
    }

    /** Starts a server at the port of an instance, with the identity of another workload. */
    Instance addImpostor(String service, String zone) throws IOException {
        Instance added = new Instance(
                new Hop(service, "fake", zone), null, member(service, zone), tls(Certificates.STRANGER), seen);
        instances.add(added);
        return added;
    }

    Certificates certificates() {
        return certificates;
    }

    /** The identities that handshakes have verified since the start. */
    Seen seen() {
        return seen;
    }

    /** The number of certificates that the meshes have taken over since they were built. */
    int renewals() {
        return members().stream().mapToInt(Member::renewals).sum();
    }

    /** The number of changes of trust that the meshes have reported. */
    int trustChanges() {
        return members().stream().mapToInt(Member::trustChanges).sum();
    }

    /** Whether each server trusts this number of roots. */
    boolean serversTrust(int roots) {
        return tls.values().stream().allMatch(t -> t.authorities() == roots);
    }

    /** Whether connections to the living instances serve more than one call. */
    void keepConnections(boolean keep) {
        living().forEach(i -> i.keepConnections(keep));
    }

    /** The requests that the living instances have refused by policy. */
    int refused() {
        return members().stream().mapToInt(Member::refused).sum();
    }

    /** A client that starts now and follows the registry too; its caller closes it. */
    Caller newcomer(String zone, UnaryOperator<Mesh.Builder> more) {
        return new Caller(
                zone,
                new Member("newcomer", zone, PolicySource.http(policy), certificates.of(Certificates.CALLERS), more),
                seen);
    }

    /** A mesh of a workload that no service allows; its caller closes it. */
    Member stranger(String zone) {
        return new Member(
                Certificates.STRANGER, zone, PolicySource.http(policy), certificates.of(Certificates.STRANGER));
    }

    /** A client of the same workload without a mesh. */
    OkHttpClient strangerWithoutMesh() throws IOException {
        return tls(Certificates.STRANGER).client();
    }

    /** The living instance of that version in that zone. */
    Instance living(String service, String version, String zone) {
        Hop wanted = new Hop(service, version, zone);
        return instances.stream()
                .filter(i -> i.isUp() && i.self().equals(wanted))
                .findFirst()
                .orElseThrow(() -> new IllegalArgumentException("no " + wanted + " lives"));
    }

    /** The caller in that zone. */
    Caller caller(String zone) {
        return callers.stream().filter(c -> c.zone().equals(zone)).findFirst().orElseThrow();
    }

    /** Kills every instance in that zone. */
    List<Instance> killZone(String zone) throws IOException {
        List<Instance> victims =
                living().stream().filter(i -> i.self().zone().equals(zone)).toList();
        for (Instance victim : victims) {
            victim.kill();
        }
        return victims;
    }

    /** Starts the instances again at their ports, and waits until their meshes have policy. */
    void revive(List<Instance> dead) throws IOException {
        for (Instance each : dead) {
            instances.set(
                    instances.indexOf(each),
                    each.successor(member(each.self().service(), each.self().zone())));
        }
        await("meshes with the policy in force", this::followers, members().size());
    }

    /** All instances, living and dead. */
    List<Instance> instances() {
        return List.copyOf(instances);
    }

    List<Instance> living() {
        return instances.stream().filter(Instance::isUp).toList();
    }

    List<Caller> callers() {
        return List.copyOf(callers);
    }

    /** The meshes of all living instances and callers. */
    List<Member> members() {
        return Stream.concat(
                        callers.stream().map(Caller::member), living().stream().map(Instance::member))
                .toList();
    }

    Document document() {
        return document;
    }

    String revision() {
        return "demo/" + version.get();
    }

    /** The number of meshes that have the document in force. */
    int followers() {
        return (int) members().stream()
                .filter(m -> m.policyRevision().equals(revision()))
                .count();
    }

    /** Publishes the document and waits until every mesh has it in force. */
    Duration publish(Document edited) throws IOException {
        document = edited;
        String json = edited.json(version.incrementAndGet());
        long began = System.nanoTime();
        registry.publish(json);
        await(
                "meshes with policy " + revision() + " in force",
                this::followers,
                members().size());
        return Duration.ofNanos(System.nanoTime() - began);
    }

    /** Publishes a document that every mesh refuses, and waits until each has reported it to the registry. @return the reasons */
    List<String> publishBroken(String json) throws IOException {
        registry.publish(json);
        await(
                "refusals of a broken document",
                () -> registry.refusals().size(),
                members().size());
        return registry.refusals();
    }

    /** The version of the next document. */
    long nextVersion() {
        return version.get() + 1;
    }

    /** Closes the port of the registry. */
    void stopRegistry() throws IOException {
        registry.close();
        registryPort = HeldPort.hold(policy.getPort());
    }

    /** Starts the registry again, with the same document. */
    void startRegistry() throws IOException {
        try (HeldPort held = Objects.requireNonNull(registryPort)) {
            registry = RegistryServer.start(held.port(), document.json(version.get()));
        }
    }

    /** Waits until the count has this value. */
    static void await(String what, IntSupplier counted, int wanted) throws IOException {
        long began = System.nanoTime();
        while (counted.getAsInt() < wanted) {
            if (System.nanoTime() - began > PATIENCE.toNanos()) {
                throw new IOException(
                        what + ": " + counted.getAsInt() + " of " + wanted + " after " + PATIENCE.toSeconds() + " s");
            }
            LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(1));
        }
    }

    /** Makes the calls. */
    Round calls(Load load) {
        ways.clear();
        errors.clear();
        instances.forEach(Instance::beginRound);
        callers.forEach(Caller::beginRound);
        List<Caller> from = load.from() == null ? callers : load.from();
        boolean enough = false;
        long began = System.nanoTime();
        for (int i = 0; i < load.atMost() && !enough; i++) {
            try {
                ways.add(from.get(i % from.size()).call());
            } catch (IOException e) {
                errors.add(e.toString());
            }
            enough = load.enough().getAsBoolean();
            long due = began + (i + 1) * load.every().toNanos();
            while (!enough && System.nanoTime() < due) {
                LockSupport.parkNanos(due - System.nanoTime());
            }
        }
        return round();
    }

    /** The results of this round so far. */
    Round round() {
        int retries = members().stream().mapToInt(Member::retries).sum();
        int ejecting = (int) members().stream().filter(m -> m.ejections() > 0).count();
        return new Round(List.copyOf(ways), List.copyOf(errors), retries, ejecting);
    }

    @Override
    public void close() {
        List<Closeable> all = new ArrayList<>(callers);
        all.addAll(instances);
        all.add(registry);
        all.addAll(tls.values());
        all.add(certificates);
        all.add(recorder::shutdown);
        for (Closeable each : all) {
            try {
                each.close();
            } catch (IOException e) {
                throw new IllegalStateException("the fleet cannot be closed", e);
            }
        }
    }
}
