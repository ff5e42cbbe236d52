package dev.meshclient.internal.tls;

import dev.meshclient.identity.SpiffeId;
import dev.meshclient.identity.Svid;
import dev.meshclient.identity.WorkloadIdentity;
import dev.meshclient.internal.identity.LiveIdentity;
import dev.meshclient.internal.time.Time;
import java.io.Closeable;
import java.io.IOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** What this process can prove, and whom it believes: the identity of the workload, and what policy calls by a name. */
public final class Identities implements Closeable {
    private final @Nullable LiveIdentity workload;
    private final Map<String, LiveIdentity> named;
    private final long waitUntil;

    private Identities(@Nullable LiveIdentity workload, Map<String, LiveIdentity> named, long waitUntil) {
        this.waitUntil = waitUntil;
        this.workload = workload;
        this.named = Map.copyOf(named);
    }

    /**
     * Begins to watch their sources.
     *
     * @param workload null: there is none
     * @param named by {@code credentialName}
     * @param news is told what becomes of each
     * @param waitUntil until when calls wait for the first certificate
     */
    public static Identities start(
            Time time,
            @Nullable WorkloadIdentity workload,
            Map<String, WorkloadIdentity> named,
            LiveIdentity.News news,
            long waitUntil) {
        Map<String, LiveIdentity> live = new LinkedHashMap<>();
        named.forEach((name, source) -> live.put(name, LiveIdentity.start(source, time, news)));
        return new Identities(workload == null ? null : LiveIdentity.start(workload, time, news), live, waitUntil);
    }

    /** Who it is in the mesh; null: it was given no identity. */
    public @Nullable LiveIdentity workload() {
        return workload;
    }

    /** Who peers see that we are; null: not known, or nobody. */
    public @Nullable String spiffeId() {
        Svid svid = workload == null ? null : workload.current();
        SpiffeId id = svid == null ? null : svid.id();
        return id == null ? null : id.toString();
    }

    /**
     * Tells when other people are trusted than before, or when we are somebody else, as with the first certificate; a renewed
     * one is neither. Until closed.
     */
    public Closeable onTrustChange(Runnable told) {
        List<Closeable> subscriptions = all().stream()
                .map(identity -> identity.onChange(change -> {
                    if (!change.isSoft()) {
                        told.run();
                    }
                }))
                .toList();
        return () -> {
            for (Closeable subscription : subscriptions) {
                subscription.close();
            }
        };
    }

    /** Whether the workload has an identity, or was given none. Named certificates are not waited for: they may be of no use. */
    public boolean isReady() {
        return workload == null || workload.current() != null;
    }

    /** How they stand, by name; that of the workload has the empty one. */
    public Map<String, LiveIdentity.Status> status() {
        Map<String, LiveIdentity.Status> status = new TreeMap<>();
        named.forEach((name, identity) -> status.put(name, identity.status()));
        if (workload != null) {
            status.put("", workload.status());
        }
        return status;
    }

    /** Until when calls wait for the first certificate. */
    public long waitUntil() {
        return waitUntil;
    }

    private List<LiveIdentity> all() {
        List<LiveIdentity> all = new ArrayList<>(named.values());
        if (workload != null) {
            all.add(workload);
        }
        return all;
    }

    /** @throws OwnIdentityFault if the mesh was not given it */
    LiveIdentity of(@Nullable String credentialName, String why) throws OwnIdentityFault {
        LiveIdentity found = credentialName == null ? workload : named.get(credentialName);
        if (found == null) {
            throw credentialName == null
                    ? new OwnIdentityFault(
                            why + ", and this mesh has no identity",
                            "give it one: Mesh.builder().identity(MountedIdentity.at(directory))")
                    : new OwnIdentityFault(
                            why + " with the certificate '" + credentialName
                                    + "', which this mesh does not have; it has " + new TreeMap<>(named).keySet(),
                            "give it one: Mesh.builder().certificate(\"" + credentialName + "\", ..)");
        }
        return found;
    }

    @Override
    public void close() throws IOException {
        for (LiveIdentity identity : all()) {
            identity.close();
        }
    }
}
