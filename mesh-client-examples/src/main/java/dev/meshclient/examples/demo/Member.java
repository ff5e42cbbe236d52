package dev.meshclient.examples.demo;

import dev.meshclient.Decision;
import dev.meshclient.Mesh;
import dev.meshclient.Workload;
import dev.meshclient.registry.PolicySource;
import dev.meshclient.telemetry.MeshListener;
import java.io.Closeable;
import java.util.concurrent.atomic.AtomicInteger;
import okhttp3.OkHttpClient;
import okhttp3.Request;

/** A mesh and the client that it wraps: what an application adds. Counts its retries. */
final class Member implements MeshListener, Closeable {
    private final AtomicInteger retries = new AtomicInteger();
    private final Mesh mesh;
    private final OkHttpClient http;

    Member(String service, String zone, PolicySource policy) {
        this.mesh = Mesh.builder()
                .workload(Workload.of(service).zone("eu/" + zone))
                .policy(policy)
                .claim("service-a", "service-b", "service-c")
                .listener(this)
                .build();
        this.http = mesh.wrap(new OkHttpClient());
    }

    OkHttpClient http() {
        return http;
    }

    /** {@code epoch/version} of the policy in force; empty before the first. */
    String policyRevision() {
        return mesh.policyRevision();
    }

    /** Retries made in this round. */
    int retries() {
        return retries.get();
    }

    void beginRound() {
        retries.set(0);
    }

    @Override
    public void attemptStarted(Request request, Decision.Attempt attempt) {
        if (attempt.number() > 1) {
            retries.incrementAndGet();
        }
    }

    @Override
    public void close() {
        mesh.close();
    }
}
