package dev.meshclient.internal.tls;

import dev.meshclient.identity.SpiffeId;
import dev.meshclient.identity.Svid;
import dev.meshclient.internal.identity.LiveIdentity;
import dev.meshclient.internal.identity.PeerTrust;
import dev.meshclient.internal.identity.UnknownAuthority;
import dev.meshclient.internal.time.Time;
import dev.meshclient.internal.tls.PeerResults.Result;
import java.security.cert.CertificateException;
import java.security.cert.X509Certificate;
import java.time.Instant;
import java.util.List;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The SPIFFE IDs of peers whose certificates the trust of the mesh verifies. A server may trust other authorities too, and each of them
 * can issue any ID. A certificate that is accepted is verified once (requests at the same time may each do so), until it or an authority
 * expires or the trust changes; a renewal of the own certificate changes no trust. Of more than {@value #MAX_ACCEPTED} certificates,
 * those not used for longest are verified again. One that is refused is verified again after {@value #REFUSED_SECONDS} s.
 */
public final class VerifiedPeers {
    private static final int MAX_ACCEPTED = 10_000;
    private static final int MAX_REFUSED = 1000;
    private static final long REFUSED_SECONDS = 60;

    private static final String OF_AUTHORITIES =
            "; let its authority be one of the mesh (the trust bundle of Mesh.builder().identity(..), in Spring Boot"
                    + " mesh.identity and mesh.identity.federated), or let the server admit only clients that the"
                    + " mesh trusts (ServerTls, in Spring Boot server.ssl.bundle=mesh)";

    private static final String OF_IDENTITY =
            "; give it an identity: Mesh.builder().identity(..), in Spring Boot mesh.identity.directory, or"
                    + " mesh.identity.ssl-bundle with the name of the bundle that the server uses";

    private final @Nullable LiveIdentity workload;
    private final Time time;
    private final PeerRefusals refusals;
    /** By the certificate of the peer: it is known without its issuers. */
    private final PeerResults<X509Certificate> accepted = new PeerResults<>(MAX_ACCEPTED);
    /** By the chain that was presented: others of the same certificate may be accepted. */
    private final PeerResults<List<X509Certificate>> refused = new PeerResults<>(MAX_REFUSED);

    private volatile Held held = new Held(null, null);

    /** The identity of this process and its trust: the same object for as long as it is the same trust. */
    private record Held(@Nullable Svid svid, @Nullable PeerTrust trust) {}

    private VerifiedPeers(@Nullable LiveIdentity workload, Time time, Logger log) {
        this.workload = workload;
        this.time = time;
        this.refusals = new PeerRefusals(time, log, "a peer is unknown, since the mesh does not trust its certificate");
    }

    /** @param workload the identity with the trust; null: there is none, and every peer is unknown */
    public static VerifiedPeers of(@Nullable LiveIdentity workload, Time time) {
        return of(workload, time, LoggerFactory.getLogger("dev.meshclient.identity"));
    }

    static VerifiedPeers of(@Nullable LiveIdentity workload, Time time, Logger log) {
        return new VerifiedPeers(workload, time, log);
    }

    /** The ID of the peer with this chain, leaf first; null: it has none, or the mesh does not trust it now, which a WARN states. */
    public @Nullable String id(X509Certificate... chain) {
        if (chain.length == 0) {
            return null;
        }
        PeerTrust trust = trust();
        Instant now = time.wall().instant();
        Result known = accepted.get(chain[0], now);
        if (known != null && known.counts(trust, now)) {
            return known.id();
        }
        List<X509Certificate> presented = List.of(chain);
        Result refusal = refused.get(presented, now);
        if (refusal != null && refusal.counts(trust, now)) {
            return null;
        }
        SpiffeId id;
        try {
            id = SpiffeId.of(chain[0]);
        } catch (CertificateException none) { // it claims to be no one, which is cheap to find out
            return null;
        }
        // Spring Security states the leaf alone.
        List<X509Certificate> verified = chain.length == 1 && known != null ? known.chain() : presented;
        Instant end = verifiedUntil(trust, verified, id, now);
        if (end == null) {
            refused.add(presented, new Result(null, presented, trust, now.plusSeconds(REFUSED_SECONDS)), now);
            return null;
        }
        accepted.add(chain[0], new Result(id.toString(), verified, trust, end), now);
        return id.toString();
    }

    private @Nullable PeerTrust trust() {
        Held current = held;
        if (workload == null || workload.current() == current.svid) {
            return current.trust;
        }
        synchronized (this) {
            Svid svid = workload.current(); // under the lock: an older one never replaces a newer one
            current = held;
            if (svid != null && svid != current.svid) {
                boolean same = current.svid != null && current.svid.trustsAs(svid);
                current = new Held(svid, same ? current.trust : PeerTrust.ofClients(svid, time.wall()));
                held = current;
            }
            return current.trust;
        }
    }

    /** The certificates whose result is kept. */
    int size() {
        return accepted.size() + refused.size();
    }

    /** Null: the chain is refused, which a line states. */
    private @Nullable Instant verifiedUntil(
            @Nullable PeerTrust trust, List<X509Certificate> chain, SpiffeId id, Instant now) {
        X509Certificate leaf = chain.get(0);
        String subject = leaf.getSubjectX500Principal().getName();
        if (trust == null) {
            refusals.add(
                    "it states '" + id + "', and this mesh has no "
                            + (workload == null ? "identity" : "certificate yet")
                            + ", so no authorities to verify it by",
                    subject,
                    workload == null ? OF_IDENTITY : "");
            return null;
        }
        try {
            trust.checkClientTrusted(
                    chain.toArray(X509Certificate[]::new), leaf.getPublicKey().getAlgorithm());
            return end(trust, chain, now);
        } catch (CertificateException e) {
            refusals.add(String.valueOf(e.getMessage()), subject, e instanceof UnknownAuthority ? OF_AUTHORITIES : "");
            return null;
        }
    }

    /** An authority that has expired vouches for no one. */
    private static Instant end(PeerTrust trust, List<X509Certificate> chain, Instant now) {
        return Stream.concat(chain.stream(), Stream.of(trust.getAcceptedIssuers()))
                .map(certificate -> certificate.getNotAfter().toInstant())
                .filter(end -> !end.isBefore(now))
                .min(Instant::compareTo)
                .orElse(now);
    }
}
