package dev.meshclient.internal.events;

import dev.meshclient.identity.Svid;
import dev.meshclient.internal.identity.LiveIdentity;
import dev.meshclient.internal.identity.PeerFault;
import dev.meshclient.telemetry.MeshEvent;
import java.io.IOException;

/** Notifies events of what becomes of the identity. */
public record IdentityEvents(Events events) implements LiveIdentity.News {
    @Override
    public void rotated(LiveIdentity.Change change) {
        Svid now = change.now();
        events.identityRotated(now.name(), now.notAfter(), !change.isSoft());
    }

    @Override
    public void rejected(String source, IOException reason) {
        events.identityRejected(source, String.valueOf(reason.getMessage()));
    }

    @Override
    public void expiring(Svid svid, int percent) {
        events.identityExpiring(svid.name(), svid.notAfter(), percent);
    }

    @Override
    public void peerRejected(String service, String endpoint, PeerFault fault, String reason) {
        events.peerRejected(service, endpoint, MeshEvent.PeerRejected.Kind.valueOf(fault.name()), reason);
    }
}
