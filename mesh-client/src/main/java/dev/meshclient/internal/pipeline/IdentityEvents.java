package dev.meshclient.internal.pipeline;

import dev.meshclient.identity.Svid;
import dev.meshclient.internal.events.Events;
import dev.meshclient.internal.identity.LiveIdentity;
import dev.meshclient.telemetry.MeshListener;
import java.io.IOException;
import java.util.List;

/** Tells listeners what becomes of the identity. */
public record IdentityEvents(List<MeshListener> listeners) implements LiveIdentity.News {
    public IdentityEvents {
        listeners = List.copyOf(listeners);
    }

    @Override
    public void rotated(LiveIdentity.Change change) {
        Svid now = change.now();
        Events.identityRotated(listeners, now.name(), now.notAfter(), !change.isSoft());
    }

    @Override
    public void rejected(String source, IOException reason) {
        Events.identityRejected(listeners, source, String.valueOf(reason.getMessage()));
    }

    @Override
    public void expiring(Svid svid, int percent) {
        Events.identityExpiring(listeners, svid.name(), svid.notAfter(), percent);
    }
}
