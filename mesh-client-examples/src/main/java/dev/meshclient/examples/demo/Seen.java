package dev.meshclient.examples.demo;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpsExchange;
import dev.meshclient.examples.inbound.MeshFilter;
import java.math.BigInteger;
import java.security.cert.X509Certificate;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import javax.net.ssl.SSLPeerUnverifiedException;
import okhttp3.Handshake;
import okhttp3.Response;

/** The identities that servers have seen of callers, and callers of servers, as verified in handshakes. */
final class Seen {
    /** A caller and the service that it calls. */
    record Pair(String caller, String service) {}

    /** The hops of a call; policy allows no others. */
    static final List<Pair> HOPS = List.of(
            new Pair(Certificates.CALLERS, "service-a"),
            new Pair("service-a", "service-b"),
            new Pair("service-b", "service-c"));

    private final Map<String, Integer> calls = new ConcurrentHashMap<>();
    private final Set<BigInteger> ofCallers = ConcurrentHashMap.newKeySet();
    private final Set<BigInteger> ofServers = ConcurrentHashMap.newKeySet();

    /** Counts a call that the policy of a server has allowed. */
    void caller(String service, HttpExchange exchange) throws SSLPeerUnverifiedException {
        String spiffeId = MeshFilter.peer(exchange);
        calls.merge((spiffeId == null ? "no identity" : spiffeId) + " at " + service, 1, Integer::sum);
        if (exchange instanceof HttpsExchange https
                && https.getSSLSession().getPeerCertificates()[0] instanceof X509Certificate caller) {
            ofCallers.add(caller.getSerialNumber());
        }
    }

    /** Records the certificate of a server that has answered. */
    void server(Response response) {
        Handshake handshake = response.handshake();
        if (handshake != null) {
            handshake.peerCertificates().stream()
                    .limit(1) // the others are its issuers
                    .forEach(server -> ofServers.add(((X509Certificate) server).getSerialNumber()));
        }
    }

    /** Calls so far of each of the {@link #HOPS}. */
    List<Integer> hops() {
        return HOPS.stream()
                .map(h -> calls.getOrDefault(Certificates.spiffeId(h.caller()) + " at " + h.service(), 0))
                .toList();
    }

    /** The number of all calls so far. */
    int total() {
        return calls.values().stream().mapToInt(Integer::intValue).sum();
    }

    /** Whether a server has seen that certificate. */
    boolean asCaller(BigInteger serial) {
        return ofCallers.contains(serial);
    }

    /** Whether a caller has seen that certificate. */
    boolean asServer(BigInteger serial) {
        return ofServers.contains(serial);
    }
}
