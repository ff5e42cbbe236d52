package dev.meshclient.internal.events;

import dev.meshclient.identity.Svid;
import dev.meshclient.internal.identity.LiveIdentity;
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
}
