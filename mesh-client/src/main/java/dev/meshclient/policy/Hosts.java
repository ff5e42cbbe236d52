package dev.meshclient.policy;

import dev.meshclient.internal.text.HostPort;
import java.util.regex.Pattern;
import okhttp3.HttpUrl;
import org.jspecify.annotations.Nullable;

/**
 * The syntax of hosts and addresses. Documents spell them as freely as URLs; a policy holds them in the form that requests have. The
 * JSON Schema has the same patterns, which cannot tell whether a name beyond ASCII is legal.
 */
final class Hosts {
    /** A name of 253 characters, brackets or wildcard, colon and port. */
    static final int MAX_HOST = 261;

    static final int MAX_NAME = 253;

    private static final String CHAR = "A-Za-z0-9_\\u0080-\\uD7FF\\uE000-\\uFFFF";
    private static final String LABEL = "[" + CHAR + "]([" + CHAR + "-]{0,61}[" + CHAR + "])?";
    // A host that ends in a number must be an IPv4 address, as in URLs.
    private static final String NAME = "(?!(.*\\.)?[0-9]+\\.?(:[0-9]+)?$)" + LABEL + "(\\." + LABEL + ")*";
    private static final String BYTE = "(25[0-5]|2[0-4][0-9]|1[0-9]{2}|[1-9]?[0-9])";
    static final String IPV4 = BYTE + "(\\." + BYTE + "){3}";
    private static final String H = "[0-9A-Fa-f]{1,4}";
    static final String IPV6 = String.join(
            "|",
            "(" + H + ":){7}" + H,
            "(" + H + ":){1,7}:",
            "(" + H + ":){1,6}:" + H,
            "(" + H + ":){1,5}(:" + H + "){1,2}",
            "(" + H + ":){1,4}(:" + H + "){1,3}",
            "(" + H + ":){1,3}(:" + H + "){1,4}",
            "(" + H + ":){1,2}(:" + H + "){1,5}",
            H + ":(:" + H + "){1,6}",
            ":((:" + H + "){1,7}|:)",
            // The last 32 bits as an IPv4 address.
            "((" + H + ":){6}|(?!(:*" + H + ":+){6})(" + H + "(:" + H + "){0,4})?::(" + H + ":){0,5})" + IPV4);
    static final String PORT = "(6553[0-5]|655[0-2][0-9]|65[0-4][0-9]{2}|6[0-4][0-9]{3}|[1-5][0-9]{4}|[1-9][0-9]{0,3})";

    static final Pattern DNS_NAME = Pattern.compile(NAME + "\\.?");
    static final Pattern ADDRESS = Pattern.compile(NAME + "\\.?|" + IPV4 + "|" + IPV6);
    static final Pattern HOST = Pattern.compile(
            "((" + NAME + "|" + IPV4 + ")\\.?|\\[(" + IPV6 + ")\\])(:" + PORT + ")?|\\*\\." + NAME + "\\.?|\\*");

    /** A host without port or wildcard. */
    static final Pattern BARE_HOST = Pattern.compile("(" + NAME + "|" + IPV4 + ")\\.?|\\[(" + IPV6 + ")\\]");

    /** Letters beyond ASCII that {@link #canonical} leaves have no form in URLs. */
    private static final String IN_ASCII = "a name that URLs can write in ASCII (UTS 46, punycode)";

    private Hosts() {}

    /** The fault of a canonical text; null: none. */
    static @Nullable String fault(String text, int max, Pattern legal, String expected) {
        if (!Place.matches(text, max, legal)) {
            return expected;
        }
        return isAscii(text) ? null : IN_ASCII;
    }

    /** Whether a canonical text is an address for an endpoint: no scheme, no port. */
    static boolean isAddress(String text) {
        return isIpv4(text) || fault(text, MAX_NAME, ADDRESS, "") == null;
    }

    /** Same as the pattern, but faster: large documents check it for each endpoint. */
    private static boolean isIpv4(String text) {
        int bytes = 1;
        int value = -1;
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            if (c == '.' && value >= 0) {
                bytes++;
                value = -1;
            } else if (c >= '0' && c <= '9' && value != 0 && value < 26) {
                value = value < 0 ? c - '0' : value * 10 + c - '0';
            } else {
                return false;
            }
            if (value > 255) {
                return false;
            }
        }
        return bytes == 4 && value >= 0;
    }

    /**
     * The form in request URLs: lower case, punycode, without a trailing dot, and an IPv6 address in its shortest form. A text that is
     * no host stays as it is.
     */
    static String canonical(String host) {
        if (isPlain(host) || !Place.matches(host, MAX_HOST, HOST)) {
            return host;
        }
        int wildcard = host.startsWith("*.") ? 2 : 0;
        int colon = host.indexOf(':', Math.max(0, host.indexOf(']')));
        int end = colon < 0 ? host.length() : colon;
        String name = inUrls(host.substring(wildcard, end));
        return name == null ? host : host.substring(0, wildcard) + name + host.substring(end);
    }

    /** A name beyond ASCII in punycode; the case and a trailing dot, with which resolvers do not search other domains, stay. */
    static String canonicalAddress(String address) {
        if (isAscii(address) || !Place.matches(address, MAX_NAME, ADDRESS)) {
            return address;
        }
        String name = inUrls(address);
        return name == null ? address : name + (address.endsWith(".") ? "." : "");
    }

    private static @Nullable String inUrls(String host) {
        String bare = host.endsWith(".") ? host.substring(0, host.length() - 1) : host;
        try {
            return HostPort.bracketed(
                    new HttpUrl.Builder().scheme("http").host(bare).build().host());
        } catch (IllegalArgumentException e) {
            return null;
        }
    }

    /** Most hosts are canonical: seen without a pattern. */
    private static boolean isPlain(String host) {
        for (int i = 0; i < host.length(); i++) {
            char c = host.charAt(i);
            boolean inNames = (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-' || c == '_' || c == '*';
            boolean dotInside = c == '.' && i + 1 < host.length() && host.charAt(i + 1) != ':';
            boolean colonBeforePort = c == ':' && host.charAt(0) != '[';
            if (!inNames && !dotInside && !colonBeforePort) {
                return false;
            }
        }
        return true;
    }

    static boolean isAscii(String text) {
        for (int i = 0; i < text.length(); i++) {
            if (text.charAt(i) > 0x7f) {
                return false;
            }
        }
        return true;
    }
}
