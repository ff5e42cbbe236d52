package dev.meshclient.internal.call;

import org.jspecify.annotations.Nullable;

/** Where requests come in: what the mesh has for a host. */
@FunctionalInterface
public interface Entrance {
    /**
     * The layers that a request to this host travels through, be it only to be refused; null if the host is not the
     * mesh's and the caller's own client may have it.
     */
    @Nullable
    CallLayer layers(String host, int port);
}
