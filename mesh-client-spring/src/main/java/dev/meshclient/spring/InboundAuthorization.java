package dev.meshclient.spring;

import dev.meshclient.MeshStatus;
import org.jspecify.annotations.Nullable;

/** The authorization of inbound requests of this application, for pages of operators. */
public interface InboundAuthorization {
    /** The mode: {@code enforce}, {@code permissive} or {@code off}. */
    String mode();

    /** Why the mode and this state of the mesh do not fit, in one sentence; null: they do. */
    @Nullable
    String problem(MeshStatus status);
}
