package dev.meshclient.internal.tls;

/**
 * The name by which JSSE keeps a TLS session, which it takes for the name of the peer. It has the service, the endpoint and the
 * host that the certificate must be for, so that no session is resumed for another.
 */
public final class SessionName {
    /** Legal in no host of a URL; {@code a|b} is one. */
    private static final char SEPARATOR = '/';

    private SessionName() {}

    /** @param host the host that the certificate must be for; no host and no endpoint has a slash */
    public static String of(String service, String endpoint, String host) {
        return service + SEPARATOR + endpoint + SEPARATOR + host;
    }

    static String hostOf(String name) {
        return name.substring(name.lastIndexOf(SEPARATOR) + 1);
    }
}
