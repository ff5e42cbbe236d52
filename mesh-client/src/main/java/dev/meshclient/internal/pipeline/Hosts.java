package dev.meshclient.internal.pipeline;

import java.util.Locale;

/** An authority as policy writes it. */
final class Hosts {
    private static final int ANY_PORT = -1;

    private Hosts() {}

    /**
     * @param host lower case, without brackets and without a trailing dot
     * @param port {@code -1}: every port
     */
    record Pattern(String host, int port) {
        boolean takes(int requested) {
            return port == ANY_PORT || port == requested;
        }
    }

    static Pattern parse(String authority) {
        String text = authority.toLowerCase(Locale.ROOT);
        int colon = text.lastIndexOf(':');
        boolean bracketed = text.startsWith("[");
        boolean hasPort = bracketed ? colon > text.indexOf(']') : colon >= 0 && text.indexOf(':') == colon;
        String host = hasPort ? text.substring(0, colon) : text;
        if (bracketed && host.endsWith("]")) {
            host = host.substring(1, host.length() - 1);
        }
        return new Pattern(normal(host), hasPort ? Integer.parseInt(text.substring(colon + 1)) : ANY_PORT);
    }

    /** A trailing dot only says that a name is complete: it is the same host. */
    static String normal(String host) {
        return host.length() > 1 && host.endsWith(".") ? host.substring(0, host.length() - 1) : host;
    }
}
