package dev.meshclient.internal.tls;

import dev.meshclient.identity.SpiffeId;
import dev.meshclient.identity.Svid;
import dev.meshclient.internal.identity.LiveIdentity;
import dev.meshclient.internal.identity.PeerTrust;
import dev.meshclient.internal.time.Time;
import java.security.cert.CertificateException;
import java.security.cert.X509Certificate;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The SPIFFE IDs of peers whose certificates the trust of the mesh verifies. A server may trust other authorities too, and each of them
 * can issue any ID. Each certificate is verified once for each identity of this process, until it or an authority expires.
 */
public final class VerifiedPeers {
    private static final int MAX_CERTIFICATES = 1000;
    private static final long REFUSED_SECONDS = 60;

    private final @Nullable LiveIdentity workload;
    private final Time time;
    private final RefusedClients refused;
    private volatile Held held = new Held(null, null);

    /** @param until when it is verified again */
    private record Result(@Nullable String id, Instant until) {}

    /** The results for one identity. An accepted certificate is known without its issuers, a refused one with those presented. */
    private static final class Held {
        private final @Nullable Svid svid;
        private final @Nullable PeerTrust trust;
        private final Map<List<X509Certificate>, Result> results = new ConcurrentHashMap<>();

        Held(@Nullable Svid svid, @Nullable PeerTrust trust) {
            this.svid = svid;
            this.trust = trust;
        }

        @Nullable
        Result known(X509Certificate[] chain, Instant now) {
            Result ofLeaf = results.get(List.of(chain[0]));
            Result known = chain.length == 1 || (ofLeaf != null && ofLeaf.id != null && !now.isAfter(ofLeaf.until))
                    ? ofLeaf
                    : results.get(List.of(chain));
            return known == null || now.isAfter(known.until) ? null : known;
        }

        Result add(X509Certificate[] chain, Result result) {
            if (results.size() >= MAX_CERTIFICATES) {
                results.clear();
            }
            results.put(result.id == null ? List.of(chain) : List.of(chain[0]), result);
            return result;
        }
    }

    private VerifiedPeers(@Nullable LiveIdentity workload, Time time, Logger log) {
        this.workload = workload;
        this.time = time;
        this.refused =
                new RefusedClients(time, log, "a peer is unknown, since the mesh does not trust its certificate");
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
        Svid svid = workload == null ? null : workload.current();
        Held current = held;
        if (current.svid != svid) {
            current = new Held(svid, svid == null ? null : PeerTrust.ofClients(svid, time.wall()));
            held = current;
        }
        Instant now = time.wall().instant();
        Result known = current.known(chain, now);
        return (known == null ? current.add(chain, verified(current.trust, chain, now)) : known).id;
    }

    /** The certificates whose result is kept. */
    int size() {
        return held.results.size();
    }

    private Result verified(@Nullable PeerTrust trust, X509Certificate[] chain, Instant now) {
        SpiffeId id;
        try {
            id = SpiffeId.of(chain[0]);
        } catch (CertificateException none) { // it claims to be no one
            return new Result(null, now.plusSeconds(REFUSED_SECONDS));
        }
        if (trust != null) {
            try {
                trust.checkClientTrusted(chain, chain[0].getPublicKey().getAlgorithm());
                return new Result(id.toString(), end(trust, chain, now));
            } catch (CertificateException e) {
                refused.add(
                        subject(chain) + ", " + e.getMessage(),
                        "; let its authority be one of the mesh (the trust bundle of Mesh.builder().identity(..), in Spring Boot"
                                + " mesh.identity and mesh.identity.federated), or let the server admit only clients that the"
                                + " mesh trusts (ServerTls, in Spring Boot server.ssl.bundle=mesh)");
            }
        } else {
            refused.add(
                    subject(chain) + " states '" + id + "', and this mesh has no "
                            + (workload == null ? "identity" : "certificate yet")
                            + ", so no authorities to verify it by",
                    workload == null
                            ? "; give it an identity: Mesh.builder().identity(..), in Spring Boot mesh.identity.directory, or"
                                    + " mesh.identity.ssl-bundle with the name of the bundle that the server uses"
                            : "");
        }
        return new Result(null, now.plusSeconds(REFUSED_SECONDS));
    }

    private static String subject(X509Certificate[] chain) {
        return "'" + chain[0].getSubjectX500Principal().getName() + "'";
    }

    /** An authority that has expired vouches for no one. */
    private static Instant end(PeerTrust trust, X509Certificate[] chain, Instant now) {
        return Stream.of(chain, trust.getAcceptedIssuers())
                .flatMap(Stream::of)
                .map(certificate -> certificate.getNotAfter().toInstant())
                .filter(end -> !end.isBefore(now))
                .min(Instant::compareTo)
                .orElse(now);
    }
}
