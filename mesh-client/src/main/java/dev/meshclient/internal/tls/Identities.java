package dev.meshclient.internal.tls;

import dev.meshclient.identity.SpiffeId;
import dev.meshclient.identity.Svid;
import dev.meshclient.identity.WorkloadIdentity;
import dev.meshclient.internal.identity.LiveIdentity;
import dev.meshclient.internal.time.Time;
import dev.meshclient.policy.Tls;
import java.io.Closeable;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Consumer;
import java.util.function.Function;
import javax.net.ssl.SSLException;
import org.jspecify.annotations.Nullable;

/** The identities of this process: the workload's own, and the certificates that the policy names. */
public final class Identities implements Closeable {
    private final @Nullable LiveIdentity workload;
    private final Map<String, LiveIdentity> named;
    private final long waitUntil;
    private final PeerFaults faults;

    private Identities(
            @Nullable LiveIdentity workload, Map<String, LiveIdentity> named, long waitUntil, PeerFaults faults) {
        this.faults = faults;
        this.waitUntil = waitUntil;
        this.workload = workload;
        this.named = Map.copyOf(named);
    }

    /**
     * Starts to watch their sources.
     *
     * @param workload null: there is none
     * @param named by {@code credentialName}
     * @param news is notified of the changes of each, by its {@code credentialName}; that of the workload, with the empty name,
     *     also of rejected peers
     * @param waitUntil until when calls wait for the first certificate
     */
    public static Identities start(
            Time time,
            @Nullable WorkloadIdentity workload,
            Map<String, WorkloadIdentity> named,
            Function<String, LiveIdentity.News> news,
            long waitUntil) {
        Consumer<Svid> beforeFirst = svid -> FirstHandshake.with(svid, time.wall());
        Map<String, LiveIdentity> live = new LinkedHashMap<>();
        try {
            named.forEach((name, source) -> live.put(
                    name,
                    LiveIdentity.start("certificate '" + name + "'", source, time, news.apply(name), beforeFirst)));
            LiveIdentity.News ofWorkload = news.apply("");
            return new Identities(
                    workload == null ? null : LiveIdentity.start("identity", workload, time, ofWorkload, beforeFirst),
                    live,
                    waitUntil,
                    new PeerFaults(time, ofWorkload));
        } catch (Throwable e) { // of a source; Kotlin may throw any
            live.values().forEach(LiveIdentity::close);
            throw e;
        }
    }

    /** The identity of the workload in the mesh; null: none was given. */
    public @Nullable LiveIdentity workload() {
        return workload;
    }

    /** The SPIFFE ID that peers see; null: not known, or none. */
    public @Nullable String spiffeId() {
        Svid svid = workload == null ? null : workload.current();
        SpiffeId id = svid == null ? null : svid.id();
        return id == null ? null : id.toString();
    }

    /**
     * Notifies the listener, until closed, when the trusted authorities change or the workload gets another identity, such as
     * its first certificate. The renewal of a certificate is neither.
     */
    public Closeable onTrustChange(Runnable listener) {
        List<Closeable> subscriptions = new ArrayList<>();
        for (LiveIdentity identity : all()) {
            subscriptions.add(identity.onChange(change -> {
                if (!change.isSoft()) {
                    listener.run();
                }
            }));
        }
        return () -> {
            for (Closeable subscription : subscriptions) {
                subscription.close();
            }
        };
    }

    /** Whether the workload has its identity, or was given none. Does not wait for named certificates: they may be unusable. */
    public boolean isReady() {
        return workload == null || workload.current() != null;
    }

    /** The status of each identity, by name; the workload's own has the empty name. */
    public Map<String, LiveIdentity.Status> status() {
        Map<String, LiveIdentity.Status> status = new TreeMap<>();
        named.forEach((name, identity) -> status.put(name, identity.status()));
        if (workload != null) {
            status.put("", workload.status());
        }
        return status;
    }

    /** Reports security failures towards peers. */
    public PeerFaults faults() {
        return faults;
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

    /** The fault that a connection to this peer would meet now; null: there is none. */
    public @Nullable OwnIdentityFault fault(Peer peer) {
        try {
            if (peer.needsOwnSockets() && peer.needsCredential()) {
                usable(peer);
            }
            return null;
        } catch (OwnIdentityFault e) {
            return e;
        }
    }

    /** The certificate and authorities for a handshake that begins now. */
    Svid usable(Peer peer) throws OwnIdentityFault {
        LiveIdentity identity = of(peer);
        Svid svid;
        try {
            Svid known = identity.current();
            // The certificate must be valid only if it is presented: an expired one still states its authorities.
            svid = known != null && !peer.presentsCertificate() ? known : identity.forHandshake();
        } catch (SSLException e) {
            OwnIdentityFault fault = new OwnIdentityFault(
                    String.valueOf(e.getMessage()),
                    identity.current() == null
                            ? "see whether it is issued, and whether this process may read it"
                            : "renew it: see whether its issuer is alive, and whether the clocks agree",
                    identity.current() == null);
            fault.initCause(e);
            throw fault;
        }
        if (peer.mode() == Tls.Mode.MESH_MUTUAL && svid.id() == null) {
            throw new OwnIdentityFault(
                    "'" + peer.service() + "' is reached by MESH_MUTUAL TLS, and the own certificate, " + svid.name()
                            + ", has no SPIFFE ID",
                    "have one issued with a SPIFFE ID, or state tls.mode MUTUAL");
        }
        return svid;
    }

    /** @throws OwnIdentityFault if the mesh does not have it */
    LiveIdentity of(Peer peer) throws OwnIdentityFault {
        String credentialName = peer.credentialName();
        String why = "'" + peer.service() + "' is reached by " + peer.mode() + " TLS";
        LiveIdentity found = credentialName == null ? workload : named.get(credentialName);
        if (found == null) {
            throw credentialName == null
                    ? new OwnIdentityFault(
                            why + ", and this mesh has no identity",
                            "give it one: Mesh.builder().identity(MountedIdentity.at(directory)), in Spring Boot"
                                    + " mesh.identity.directory")
                    : new OwnIdentityFault(
                            why + " with the certificate '" + credentialName
                                    + "', which this mesh does not have; it has " + new TreeMap<>(named).keySet(),
                            "give it one: Mesh.builder().certificate(\"" + credentialName
                                    + "\", ..), in Spring Boot mesh.certificates." + credentialName + ".directory");
        }
        return found;
    }

    @Override
    public void close() {
        all().forEach(LiveIdentity::close);
    }
}
