package dev.meshclient.examples.demo;

import dev.meshclient.examples.registry.RegistryServer;
import dev.meshclient.registry.PolicySource;
import java.io.Closeable;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.Stream;

/** A registry, three services with an instance in each of three zones, and an application in each zone that calls the first. */
final class Fleet implements Closeable {
    static final List<String> SERVICES = List.of("service-a", "service-b", "service-c");
    static final List<String> ZONES = List.of("a", "b", "c");

    private static final Map<String, String> CALLS = Map.of("service-a", "service-b", "service-b", "service-c");
    private static final Duration PATIENCE = Duration.ofSeconds(30);

    private final List<Instance> instances = new CopyOnWriteArrayList<>();
    private final List<Caller> callers = new CopyOnWriteArrayList<>();
    private final List<Hop.Way> ways = new CopyOnWriteArrayList<>();
    private final List<String> errors = new CopyOnWriteArrayList<>();
    private final RegistryServer registry;
    private Document document = new Document("Any", 0, List.of());
    private final AtomicLong version = new AtomicLong(1);

    private Fleet() throws IOException {
        this.registry = RegistryServer.start(0, document.json(version.get()));
    }

    /** Starts them all; the document does not list an instance yet. */
    static Fleet start() throws IOException {
        Fleet fleet = new Fleet();
        for (String service : SERVICES) {
            for (String zone : ZONES) {
                fleet.add(service, "v1", zone);
            }
        }
        for (String zone : ZONES) {
            fleet.callers.add(new Caller(zone, fleet.member("callers", zone)));
        }
        return fleet;
    }

    /** Starts one more instance. No one calls it before the document lists it. */
    Instance add(String service, String version, String zone) throws IOException {
        Instance added = new Instance(new Hop(service, version, zone), CALLS.get(service), member(service, zone));
        instances.add(added);
        return added;
    }

    private Member member(String service, String zone) {
        return new Member(service, zone, PolicySource.http(registry.uri()));
    }

    /** The instance of that version in that zone which lives. */
    Instance living(String service, String version, String zone) {
        Hop wanted = new Hop(service, version, zone);
        return instances.stream()
                .filter(i -> i.isUp() && i.self().equals(wanted))
                .findFirst()
                .orElseThrow(() -> new IllegalArgumentException("no " + wanted + " lives"));
    }

    /** All that live or lived. */
    List<Instance> instances() {
        return List.copyOf(instances);
    }

    List<Instance> living() {
        return instances.stream().filter(Instance::isUp).toList();
    }

    List<Caller> callers() {
        return List.copyOf(callers);
    }

    /** All meshes that live. */
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

    /** How many meshes have the document in force. */
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
        while (followers() < members().size()) {
            if (System.nanoTime() - began > PATIENCE.toNanos()) {
                throw new IOException("policy " + revision() + " is in force in " + followers() + " of "
                        + members().size() + " meshes after " + PATIENCE.toSeconds() + " s");
            }
            LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(1));
        }
        return Duration.ofNanos(System.nanoTime() - began);
    }

    /** Makes calls to service-a, from each zone in turn, one after the other. */
    Round calls(int calls, Duration pause) {
        ways.clear();
        errors.clear();
        instances.forEach(Instance::beginRound);
        callers.forEach(Caller::beginRound);
        for (int i = 0; i < calls; i++) {
            try {
                ways.add(callers.get(i % callers.size()).call());
            } catch (IOException e) {
                errors.add(e.toString());
            }
            LockSupport.parkNanos(pause.toNanos());
        }
        return round();
    }

    /** What the calls of this round have come to so far. */
    Round round() {
        int retries = members().stream().mapToInt(Member::retries).sum();
        return new Round(List.copyOf(ways), List.copyOf(errors), retries);
    }

    @Override
    public void close() {
        List<Closeable> all = new ArrayList<>(callers);
        all.addAll(instances);
        all.add(registry);
        for (Closeable each : all) {
            try {
                each.close();
            } catch (IOException e) {
                throw new IllegalStateException("the fleet does not close", e);
            }
        }
    }
}
