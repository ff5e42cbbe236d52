package dev.meshclient.contract;

import dev.meshclient.Documents;
import dev.meshclient.Mesh;
import java.util.Optional;
import okhttp3.Call;
import okhttp3.OkHttpClient;

/** The ways to make a call; what holds for OkHttp itself must hold for all of them. */
enum Edge {
    /** OkHttp as it comes: the standard. */
    PLAIN,
    /** Services whose one endpoint is the server; no retries, since a plain client has none for what it was answered. */
    STATIC,
    /** A policy that claims every host and states nothing. */
    NEUTRAL,
    /** As STATIC, for a library that takes a {@link Call.Factory}. */
    CALL_FACTORY;

    /** Whether connections, and what is done about broken ones, are the mesh's. */
    boolean hasEndpoints() {
        return this == STATIC || this == CALL_FACTORY;
    }

    Optional<Mesh> mesh(int orders, int billing) {
        return switch (this) {
            case PLAIN -> Optional.empty();
            case STATIC, CALL_FACTORY ->
                mesh(Documents.mesh("contract")
                        .with("'defaults': {'retry': {'attempts': 0}, 'timeouts': {'connect': '30s'}}")
                        .services(
                                Documents.service("orders").endpoint(orders),
                                Documents.service("billing").endpoint(billing)));
            case NEUTRAL ->
                mesh(Documents.mesh("contract")
                        .services(Documents.service("world", "*").with("'resolution': 'NONE'")));
        };
    }

    /** The client through this edge, for tests that need an {@link OkHttpClient}. */
    OkHttpClient client(Optional<Mesh> mesh, OkHttpClient client) {
        if (this == CALL_FACTORY) {
            throw new IllegalArgumentException("a call factory is not a client");
        }
        return mesh.map(m -> m.wrap(client)).orElse(client);
    }

    Call.Factory calls(Optional<Mesh> mesh, OkHttpClient client) {
        return this == CALL_FACTORY ? mesh.orElseThrow().callFactory(client) : client(mesh, client);
    }

    private static Optional<Mesh> mesh(Documents document) {
        return Optional.of(Mesh.builder().policy(document.source()).build());
    }
}
