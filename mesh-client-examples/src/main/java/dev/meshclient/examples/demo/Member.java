package dev.meshclient.examples.demo;

import dev.meshclient.Explanation;
import dev.meshclient.Mesh;
import dev.meshclient.Workload;
import dev.meshclient.authz.AuthorizationEvent;
import dev.meshclient.authz.Inbound;
import dev.meshclient.identity.WorkloadIdentity;
import dev.meshclient.registry.PolicySource;
import dev.meshclient.telemetry.AttemptInfo;
import dev.meshclient.telemetry.CallObserver;
import dev.meshclient.telemetry.MeshEvent;
import dev.meshclient.telemetry.MeshListener;
import java.io.Closeable;
import java.io.IOException;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.UnaryOperator;
import okhttp3.OkHttpClient;
import okhttp3.Request;

/** A mesh and the client that it wraps, as in an application. Counts the events of its listener. */
final class Member implements MeshListener, CallObserver, Closeable {
    private final AtomicInteger retries = new AtomicInteger();
    private final AtomicInteger ejections = new AtomicInteger();
    private final AtomicInteger returns = new AtomicInteger();
    private final AtomicInteger openings = new AtomicInteger();
    private final AtomicInteger closings = new AtomicInteger();
    private final AtomicInteger renewals = new AtomicInteger();
    private final AtomicInteger trustChanges = new AtomicInteger();
    private final AtomicInteger refused = new AtomicInteger();
    private volatile String failure = "";
    private final Mesh mesh;
    private final OkHttpClient http;

    Member(String service, String zone, PolicySource policy, WorkloadIdentity identity) {
        this(service, zone, policy, identity, mesh -> mesh);
    }

    /** @param more further settings of the mesh */
    Member(
            String service,
            String zone,
            PolicySource policy,
            WorkloadIdentity identity,
            UnaryOperator<Mesh.Builder> more) {
        Mesh.Builder builder = Mesh.builder()
                .workload(Workload.of(service).zone("eu/" + zone))
                .policy(policy)
                .identity(identity)
                .claim("service-a", "service-b", "service-c")
                .snapshotDirectory(null) // in any environment: the demo leaves no files
                .observer(call -> this)
                .listener(this);
        this.mesh = more.apply(builder).build();
        this.http = mesh.wrap(new OkHttpClient());
    }

    OkHttpClient http() {
        return http;
    }

    /** What the mesh would do with a call now. */
    Explanation explain(Request request) {
        return mesh.explain(request);
    }

    /** Authorizes inbound requests. */
    Inbound inbound() {
        return mesh.inbound();
    }

    /** The number of certificates taken over since it was built, with unchanged trust. */
    int renewals() {
        return renewals.get();
    }

    /** The number of changes of trust since it was built, the first one included. */
    int trustChanges() {
        return trustChanges.get();
    }

    /** The revision of the policy in force; empty before the first. */
    String policyRevision() {
        return mesh.policyRevision();
    }

    /** Retries made in this round. */
    int retries() {
        return retries.get();
    }

    /** Endpoints ejected in this round. */
    int ejections() {
        return ejections.get();
    }

    /** Endpoints that returned in this round. */
    int returns() {
        return returns.get();
    }

    /** Circuit breakers that opened in this round. */
    int openings() {
        return openings.get();
    }

    /** Circuit breakers that closed in this round. */
    int closings() {
        return closings.get();
    }

    /** The requests of the stranger that policy has refused since it was built. */
    int refused() {
        return refused.get();
    }

    /** The reason of the last failed attempt of this round; empty if none failed. */
    String failure() {
        return failure;
    }

    void beginRound() {
        failure = "";
        retries.set(0);
        ejections.set(0);
        returns.set(0);
        openings.set(0);
        closings.set(0);
    }

    @Override
    public void attemptStarting(AttemptInfo attempt, OutgoingHeaders headers) {
        if (attempt.number() > 1) {
            retries.incrementAndGet();
        }
    }

    @Override
    public void attemptEnded(AttemptInfo attempt) {
        IOException why = attempt.failure();
        if (why != null) {
            failure = why.toString();
        }
    }

    @Override
    public void on(MeshEvent event) {
        if (event instanceof MeshEvent.AuthorizationDecided decided) {
            decided(decided.decision());
        } else if (event instanceof MeshEvent.EndpointEjected) {
            ejections.incrementAndGet();
        } else if (event instanceof MeshEvent.EndpointReturned) {
            returns.incrementAndGet();
        } else if (event instanceof MeshEvent.CircuitBreakerChanged breaker) {
            switch (breaker.state()) {
                case OPEN -> openings.incrementAndGet();
                case CLOSED -> closings.incrementAndGet();
                case HALF_OPEN -> {}
            }
        } else if (event instanceof MeshEvent.IdentityRotated rotated) {
            (rotated.trustChanged() ? trustChanges : renewals).incrementAndGet();
        }
    }

    private void decided(AuthorizationEvent event) {
        if (event.inbound()
                && event.kind() == AuthorizationEvent.Kind.DENIED
                && event.peer().equals(Certificates.spiffeId(Certificates.STRANGER))) {
            refused.incrementAndGet();
        }
    }

    @Override
    public void close() {
        mesh.close();
    }
}
