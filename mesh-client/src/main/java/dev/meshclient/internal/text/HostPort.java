package dev.meshclient.internal.text;

/** Hosts and ports in the syntax of URLs: an IPv6 address stands in brackets. */
public final class HostPort {
    private HostPort() {}

    /** {@code orders}, {@code 10.0.0.1} or {@code [::1]}. */
    public static String bracketed(String host) {
        return host.indexOf(':') < 0 ? host : "[" + host + "]";
    }

    /** {@code orders:80}, {@code 10.0.0.1:80} or {@code [::1]:80}. */
    public static String of(String host, int port) {
        return bracketed(host) + ":" + port;
    }
}
