package dev.meshclient.internal.pipeline;

import dev.meshclient.internal.text.HostPort;
import java.util.Locale;
import okhttp3.HttpUrl;
import org.jspecify.annotations.Nullable;

/**
 * A host as policy lists it, with or without a port.
 *
 * @param host as it is in URLs: lower case, IPv6 without brackets and in its shortest form, without a trailing dot;
 *     {@code *} and {@code *.suffix} are patterns
 * @param port {@code -1}: every port
 */
public record HostPattern(String host, int port) {
    private static final int ANY_PORT = -1;

    public boolean takes(int requested) {
        return port == ANY_PORT || port == requested;
    }

    public boolean isExact() {
        return !host.equals("*") && !isSuffix();
    }

    /** Whether this is a pattern that matches the host. */
    public boolean isFor(String name) {
        return host.equals("*") || (isSuffix() && name.length() > suffix().length() && name.endsWith(suffix()));
    }

    public boolean hasPort() {
        return port != ANY_PORT;
    }

    public boolean isSuffix() {
        return host.startsWith("*.");
    }

    /** The suffix with its leading dot. */
    public String suffix() {
        return host.substring(1);
    }

    /** An authority that no URL can have becomes a host that no request has. */
    public static HostPattern parse(String authority) {
        boolean bracketed = authority.startsWith("[");
        int colon = authority.lastIndexOf(':');
        boolean hasPort = bracketed ? colon > authority.indexOf(']') : colon >= 0 && authority.indexOf(':') == colon;
        String host = hasPort ? authority.substring(0, colon) : authority;
        int port = hasPort ? Integer.parseInt(authority.substring(colon + 1)) : ANY_PORT;
        if (host.equals("*")) {
            return new HostPattern(host, port);
        }
        String wildcard = host.startsWith("*.") ? "*." : "";
        String name = host.substring(wildcard.length());
        String known = inUrls(name);
        return new HostPattern(wildcard + normal(known == null ? name.toLowerCase(Locale.ROOT) : known), port);
    }

    /** The host that a URL spells with this name, on every port; null: no URL can. */
    static @Nullable HostPattern ofName(String name) {
        String host = inUrls(name);
        return host == null ? null : new HostPattern(normal(host), ANY_PORT);
    }

    /** @throws IllegalArgumentException if no request can have such a host, so that it would claim nothing */
    public static void check(String authority) {
        HostPattern pattern = parse(authority);
        String name = pattern.isSuffix() ? pattern.host.substring(2) : pattern.host;
        boolean port = pattern.port == ANY_PORT || (pattern.port > 0 && pattern.port <= 65_535);
        if (!port || (!name.equals("*") && (name.indexOf('*') >= 0 || inUrls(name) == null))) {
            throw new IllegalArgumentException("no authority: " + authority);
        }
    }

    /** The host in OkHttp's notation, which requests have; null: no request can have it. */
    private static @Nullable String inUrls(String host) {
        try {
            return new HttpUrl.Builder().scheme("http").host(host).build().host();
        } catch (IllegalArgumentException e) {
            return null;
        }
    }

    /** The host of a URL in the notation of documents: IPv6 in brackets. */
    public static String spelled(String host) {
        return HostPort.bracketed(host);
    }

    /** Removes a trailing dot, which only marks a name as complete: the host is the same. */
    public static String normal(String host) {
        return host.length() > 1 && host.endsWith(".") ? host.substring(0, host.length() - 1) : host;
    }
}
