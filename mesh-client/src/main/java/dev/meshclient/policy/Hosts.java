package dev.meshclient.policy;

import java.util.Locale;
import java.util.regex.Pattern;
import okhttp3.HttpUrl;

/** The syntax of hosts and addresses. The JSON Schema has the same patterns. */
final class Hosts {
    /** A name of 253 characters, brackets or wildcard, colon and port. */
    static final int MAX_HOST = 261;

    static final int MAX_NAME = 253;

    private static final String LABEL = "[A-Za-z0-9_]([A-Za-z0-9_-]{0,61}[A-Za-z0-9_])?";
    // A host that ends in a number must be an IPv4 address, as in URLs.
    private static final String NAME = "(?!(.*\\.)?[0-9]+(:[0-9]+)?$)" + LABEL + "(\\." + LABEL + ")*";
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
            ":((:" + H + "){1,7}|:)");
    static final String PORT = "(6553[0-5]|655[0-2][0-9]|65[0-4][0-9]{2}|6[0-4][0-9]{3}|[1-5][0-9]{4}|[1-9][0-9]{0,3})";

    static final Pattern DNS_NAME = Pattern.compile(NAME);
    static final Pattern ADDRESS = Pattern.compile(NAME + "|" + IPV4 + "|" + IPV6);
    static final Pattern HOST =
            Pattern.compile("(" + NAME + "|" + IPV4 + "|\\[(" + IPV6 + ")\\])(:" + PORT + ")?|\\*\\." + NAME + "|\\*");

    /** A host without port or wildcard. */
    static final Pattern BARE_HOST = Pattern.compile(NAME + "|" + IPV4 + "|\\[(" + IPV6 + ")\\]");

    private Hosts() {}

    /** Whether the text is an address for an endpoint: no scheme, no port. */
    static boolean isAddress(String text) {
        return isIpv4(text) || Place.matches(text, MAX_NAME, ADDRESS);
    }

    /** Whether the text is a host that a request URL may have. */
    static boolean isHost(String text) {
        return Place.matches(text, MAX_HOST, HOST);
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

    /** The form in request URLs: lower case, and an IPv6 address in its canonical form. */
    static String canonical(String host) {
        String lower = host.toLowerCase(Locale.ROOT);
        int end = lower.indexOf(']');
        if (end < 0 || !isHost(host)) {
            return lower;
        }
        String address = new HttpUrl.Builder()
                .scheme("http")
                .host(lower.substring(0, end + 1))
                .build()
                .host();
        return (address.indexOf(':') < 0 ? address : "[" + address + "]") + lower.substring(end + 1);
    }
}
