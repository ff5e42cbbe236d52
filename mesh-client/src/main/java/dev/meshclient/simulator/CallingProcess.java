package dev.meshclient.simulator;

import dev.meshclient.Decision;
import dev.meshclient.Explanation;
import dev.meshclient.Mesh;
import dev.meshclient.MeshFailure;
import dev.meshclient.MeshOptions;
import dev.meshclient.Workload;
import dev.meshclient.internal.call.Doubles;
import dev.meshclient.internal.call.Wire;
import dev.meshclient.internal.endpoint.Resolver;
import dev.meshclient.internal.time.Time;
import dev.meshclient.policy.OutboundTrafficPolicy;
import dev.meshclient.registry.PolicySource;
import dev.meshclient.simulator.Scenario.Caller;
import java.io.IOException;
import java.time.Duration;
import java.util.Set;
import okhttp3.OkHttpClient;
import okhttp3.Request;
import okhttp3.RequestBody;
import okhttp3.Response;

/** A process that calls, with a mesh of its own: all of production except clock, network and names. */
final class CallingProcess implements AutoCloseable {
    private static final Set<String> WITH_BODY = Set.of("POST", "PUT", "PATCH");

    private final Time time;
    private final Mesh mesh;
    private final OkHttpClient client;
    private final Request request;
    private final Tally tally;

    /**
     * @param tokens the names of the tokens that the policy may send
     * @param tally counts its calls
     */
    CallingProcess(
            Time time, Caller caller, PolicySource policy, Set<String> tokens, Wire wire, Resolver names, Tally tally) {
        this.time = time;
        this.tally = tally;
        this.request = request(caller);
        Workload workload = Workload.of(caller.service());
        Mesh.Builder builder = Mesh.builder()
                .workload(caller.zone().isEmpty() ? workload : workload.zone(caller.zone()))
                .policy(policy)
                .snapshotDirectory(null)
                .outboundTrafficPolicy(OutboundTrafficPolicy.REGISTRY_ONLY) // no call may leave the simulation
                .observer(tally)
                .listener(tally);
        tokens.forEach(name -> builder.token(name, () -> "simulated"));
        Doubles.load().replace(builder, time, wire, names);
        this.mesh = builder.build();
        this.client = mesh.wrap(new OkHttpClient());
    }

    private static Request request(Caller caller) {
        MeshOptions options = caller.idempotent() ? MeshOptions.DEFAULT.withIdempotent() : MeshOptions.DEFAULT;
        return new Request.Builder()
                .url(caller.url())
                .method(
                        caller.method(),
                        WITH_BODY.contains(caller.method()) ? RequestBody.create(new byte[0], null) : null)
                .tag(
                        MeshOptions.class,
                        caller.timeoutNanos() == 0
                                ? options
                                : options.withTimeout(Duration.ofNanos(caller.timeoutNanos())))
                .build();
    }

    /** The service of the policy that gets the calls; empty: none. */
    String service() {
        Explanation explanation = mesh.explain(request);
        return explanation.service();
    }

    /** Makes one call and counts it. */
    void call() {
        long begun = time.now();
        String reason;
        try (Response response = client.newCall(request).execute()) {
            boolean ended = response.body().source().exhausted();
            reason = ended && response.isSuccessful() ? "" : String.valueOf(response.code());
        } catch (IOException e) {
            reason = reason(e);
        }
        tally.ended(reason, time.now() - begun);
    }

    private static String reason(IOException e) {
        if (e instanceof MeshFailure failure) {
            return failure.reason();
        }
        Decision decision = Mesh.decision(e);
        return decision.reason().isEmpty() ? e.getClass().getSimpleName() : decision.reason();
    }

    @Override
    public void close() {
        mesh.close();
        client.dispatcher().executorService().shutdown();
        client.connectionPool().evictAll();
    }
}
