package dev.meshclient.internal.metrics;

import dev.meshclient.identity.Svid;
import dev.meshclient.internal.identity.LiveIdentity;
import dev.meshclient.internal.identity.PeerFault;
import io.micrometer.core.instrument.Tags;
import java.io.IOException;
import java.util.Locale;

/** Counts the rotations of one identity. */
record MeteredRotations(String identity, LazyCounters<Key> rotations, LiveIdentity.News next)
        implements LiveIdentity.News {
    /** The tags of a rotation. */
    record Key(String identity, Kind kind, Rotation rotation) {
        Tags tags() {
            return Tags.of("identity", identity, "kind", kind.tag(), "result", rotation.tag());
        }
    }

    /** The part of an identity that changes. */
    enum Kind {
        /** The certificate alone. */
        LEAF,
        /** The trusted authorities, or the workload. */
        TRUST,
        /** Not known: the source has failed. */
        NONE;

        String tag() {
            return name().toLowerCase(Locale.ROOT);
        }
    }

    /** The results of rotations. */
    enum Rotation {
        APPLIED,
        REFUSED;

        String tag() {
            return name().toLowerCase(Locale.ROOT);
        }
    }

    /** The first identity replaces none. */
    @Override
    public void rotated(LiveIdentity.Change change) {
        if (change.before() != null) {
            rotations.increment(new Key(identity, change.isSoft() ? Kind.LEAF : Kind.TRUST, Rotation.APPLIED));
        }
        next.rotated(change);
    }

    @Override
    public void rejected(String source, IOException reason) {
        rotations.increment(new Key(identity, Kind.NONE, Rotation.REFUSED));
        next.rejected(source, reason);
    }

    @Override
    public void expiring(Svid svid, int percent) {
        next.expiring(svid, percent);
    }

    @Override
    public void peerRejected(String service, String endpoint, PeerFault fault, String reason) {
        next.peerRejected(service, endpoint, fault, reason);
    }
}
