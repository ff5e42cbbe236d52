package dev.meshclient.internal.tls;

/**
 * The name by which JSSE keeps a TLS session, which it takes for the name of the peer. It has the service, the endpoint and the
 * host that the certificate must be for, so that no session is resumed for another.
 */
public final class SessionName {
    private SessionName() {}

    /** @param host the host that the certificate must be for; has no <code>|</code>, as no host has */
    public static String of(String service, String endpoint, String host) {
        return service + "|" + endpoint + "|" + host;
    }

    static String hostOf(String name) {
        return name.substring(name.lastIndexOf('|') + 1);
    }
}
