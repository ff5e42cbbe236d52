package dev.meshclient.examples.demo;

import java.math.BigInteger;
import java.security.cert.X509Certificate;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import okhttp3.Handshake;
import okhttp3.Response;

/** Whom servers have seen as callers, and callers as servers, by what was proved in the handshake. */
final class Seen {
    private final Map<String, Integer> calls = new ConcurrentHashMap<>();
    private final Set<BigInteger> ofCallers = ConcurrentHashMap.newKeySet();
    private final Set<BigInteger> ofServers = ConcurrentHashMap.newKeySet();

    /** A server was called. */
    void caller(String service, String spiffeId, X509Certificate certificate) {
        calls.merge(spiffeId + " at " + service, 1, Integer::sum);
        ofCallers.add(certificate.getSerialNumber());
    }

    /** A server has answered. */
    void server(Response response) {
        Handshake handshake = response.handshake();
        if (handshake != null && handshake.peerCertificates().get(0) instanceof X509Certificate server) {
            ofServers.add(server.getSerialNumber());
        }
    }

    /** Calls so far, as {@code spiffe://demo.example/callers at service-a}. */
    Map<String, Integer> calls() {
        return new TreeMap<>(calls);
    }

    int calls(String workload, String service) {
        return calls.getOrDefault(Certificates.spiffeId(workload) + " at " + service, 0);
    }

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
