package dev.meshclient.simulation;

import static org.assertj.core.api.Assertions.assertThat;

import dev.meshclient.Documents;
import dev.meshclient.MeshFailure;
import dev.meshclient.MeshOptions;
import dev.meshclient.MeshStatus;
import dev.meshclient.Workload;
import dev.meshclient.internal.call.Attempt;
import dev.meshclient.internal.call.Call;
import dev.meshclient.internal.call.CallLayer;
import dev.meshclient.internal.call.Calls;
import dev.meshclient.internal.control.PolicyControl;
import dev.meshclient.internal.endpoint.BackendState;
import dev.meshclient.internal.endpoint.Resolver;
import dev.meshclient.internal.entry.EntrySettings;
import dev.meshclient.internal.entry.Router;
import dev.meshclient.internal.events.Events;
import dev.meshclient.internal.limit.InFlight;
import dev.meshclient.internal.pipeline.CurrentState;
import dev.meshclient.internal.pipeline.LocalWorkload;
import dev.meshclient.internal.pipeline.Telemetry;
import dev.meshclient.internal.time.VirtualTime;
import dev.meshclient.policy.PolicyException;
import java.io.IOException;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import okhttp3.HttpUrl;
import okhttp3.Request;
import okhttp3.Response;

/** One mesh client over a scripted wire: everything of {@code Mesh} but OkHttp. */
final class World {
    private final VirtualTime time;
    private final Router router;
    private final Map<String, HttpUrl> urls = new HashMap<>();
    final ScriptedTransport wire;
    final EventLog events;
    final Tally tally = new Tally();

    World(VirtualTime time, Workload self, List<Peer> peers) {
        this(time, self, peers, name -> List.of());
    }

    /** Names stand for what the resolver says: {@link #close} ends its being asked. */
    World(VirtualTime time, Workload self, List<Peer> peers, Resolver names) {
        this.time = time;
        this.events = new EventLog(time);
        String zone = self.locality().zone();
        this.wire = new ScriptedTransport(
                time, zone.isEmpty() ? "" : self.locality().region() + "/" + zone, peers);
        LocalWorkload local = LocalWorkload.of(self, time);
        Telemetry ofMesh = Telemetry.of(Events.of(time, List.of(events), List.of(events)));
        this.router = new Router(
                time,
                new PolicyControl(new CurrentState(time, names, local, ofMesh), time, Duration.ofHours(1)),
                local,
                ofMesh,
                EntrySettings.NONE);
        router.control().current().onUnreachable(gone -> events.gone(gone.name()));
    }

    /** Calls to orders arrive until then. Returns when all have ended and left nothing. */
    void play(double perSecond, long until) throws IOException {
        play(perSecond, until, () -> call(newCall("orders", MeshOptions.DEFAULT)));
    }

    void play(double perSecond, long until, Runnable call) throws IOException {
        new Arrivals(time, perSecond, until, call).await();
        time.join();
        checkAtRest(tally.calls());
    }

    /** A document with one service, as its settings say. */
    static Documents document(String service, List<Peer> peers, String settings) {
        return document(
                service(service, peers.stream().map(p -> p.json("HEALTHY")).toList(), settings));
    }

    static Documents document(Documents.Service... services) {
        return Documents.mesh("simulation").services(services);
    }

    static Documents.Service service(String name, List<String> endpoints, String settings) {
        return Documents.service(name).endpoints(endpoints).with(settings);
    }

    /** How far the attempts of a service went. */
    MeshStatus.Traffic traffic(String service) {
        return Objects.requireNonNull(router.control().status("").services().get(service))
                .traffic();
    }

    /** The layers of a service, as its status prints them. */
    String pipeline(String service) {
        return Objects.requireNonNull(router.control().status("").services().get(service))
                .pipeline();
    }

    void close() {
        router.close();
    }

    void apply(Documents document) {
        try {
            router.control().apply(document.read());
        } catch (PolicyException e) {
            throw new AssertionError(e.getMessage(), e);
        }
    }

    Call newCall(String host, MeshOptions options) {
        HttpUrl url = urls.computeIfAbsent(host, h -> HttpUrl.get("http://" + h + "/"));
        return newCall(new Request.Builder().url(url).build(), options);
    }

    Call newCall(Request request, MeshOptions options) {
        return new Call(time, request, options, wire);
    }

    /** Makes the call, reads the body, and counts what became of it: {@code ok}, or why not. */
    String call(Call call) {
        tally.begin();
        String outcome;
        try (Response response = send(call)) {
            boolean ended = response.body().source().exhausted();
            assertThat(ended).isTrue();
            outcome = response.isSuccessful() ? Tally.OK : String.valueOf(response.code());
        } catch (IOException e) {
            outcome = reason(call, e);
        }
        tally.end(outcome, time.now() - call.startedAt());
        return outcome;
    }

    /** For peers that call others: the response, its body not read. */
    Response send(Call call) throws IOException {
        CallLayer layers = Calls.layers(
                router.admit(call.request().url().host(), call.request().url().port()));
        if (layers == null) {
            throw new AssertionError("not of the mesh: " + call.request());
        }
        return call.run(layers);
    }

    private static String reason(Call call, IOException e) {
        if (e instanceof MeshFailure failure) {
            return failure.reason();
        }
        if (e == call.cancelCause()) {
            return "cancelled";
        }
        Attempt last = call.latest();
        return last == null || last.outcome() == null
                ? e.getClass().getSimpleName()
                : last.outcome().word();
    }

    /** Nothing in flight, no permit taken, no event missing or out of order. */
    void checkAtRest(long calls) {
        events.check(calls);
        router.control().current().now().states().forEachBackend(this::checkPermits);
        router.control().current().forEachEndpoint(e -> assertThat(e.inFlight())
                .as("in flight at %s", e.name())
                .isZero());
    }

    private void checkPermits(BackendState backend) {
        InFlight calls = backend.find(InFlight.SLOT);
        assertThat(calls == null ? 0 : calls.getAsLong())
                .as("permits of limits.maxRequests that are taken")
                .isZero();
    }

    /** As many calls at once as the limit allows, and not one more: no place was lost, none was given back twice. */
    void checkLimit(String host, int max) {
        int refused = tally.failures().getOrDefault("UO", 0);
        long before = tally.calls();
        for (int i = 0; i <= max; i++) {
            time.start("limit-" + i, () -> call(newCall(host, MeshOptions.DEFAULT)));
        }
        time.join();
        assertThat(tally.failures()).containsEntry("UO", refused + 1);
        checkAtRest(before + max + 1);
    }

    String line(String name) {
        return tally.line(name, wire.attempts, events.retries);
    }
}
