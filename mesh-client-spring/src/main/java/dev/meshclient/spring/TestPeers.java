package dev.meshclient.spring;

import java.security.cert.X509Certificate;
import java.util.Collections;
import java.util.Map;
import java.util.WeakHashMap;

/**
 * The certificates that a test of this process made for peers of requests without a connection. No authority issued them, and their ID
 * counts all the same: a client cannot present one, because their keys are not kept.
 */
public final class TestPeers {
    private static final Map<X509Certificate, Boolean> MADE = Collections.synchronizedMap(new WeakHashMap<>());

    private static volatile boolean isUsed;

    private TestPeers() {}

    /** Lets the ID of this certificate count. */
    public static void add(X509Certificate certificate) {
        MADE.put(certificate, true);
        isUsed = true;
    }

    /** Whether a test of this process made it. */
    public static boolean contains(X509Certificate certificate) {
        return isUsed && MADE.containsKey(certificate);
    }
}
