package dev.meshclient.policy;

import dev.meshclient.internal.text.HostPort;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.regex.Pattern;
import okhttp3.HttpUrl;

/**
 * Decider: the hosts that the author of a refused service meant. Calls to them must not leave the mesh, so a text that is no
 * legal host counts as each host that a URL could spell with it: {@code http://orders/}, {@code orders.} and {@code orders:0}
 * are {@code orders}, and {@code .shop.example} is {@code *.shop.example}.
 */
final class UnderstoodHosts {
    private static final String SEPARATORS = "[\\s,;|\\p{Z}\\p{Cc}\\p{Cf}]+";

    private static final Pattern SCHEME = Pattern.compile("^(https?:)?[/\\\\]*", Pattern.CASE_INSENSITIVE);
    /** {@code *.}, and what other systems write for it. */
    private static final Pattern WILDCARD = Pattern.compile("^(\\*\\*?)?\\.");

    private UnderstoodHosts() {}

    static List<String> of(Service service) {
        Set<String> hosts = new LinkedHashSet<>();
        for (String stated : service.hosts()) {
            if (ServiceCheck.isLegal(stated, service)) {
                hosts.add(stated);
                continue;
            }
            for (String part : stated.split(SEPARATORS, -1)) {
                add(part, hosts);
            }
        }
        return List.copyOf(hosts);
    }

    private static void add(String text, Set<String> hosts) {
        String authority = SCHEME.matcher(text.substring(text.indexOf("://") < 0 ? 0 : text.indexOf("://") + 3))
                .replaceFirst("")
                .replaceFirst("[/\\\\?#].*", "");
        authority = authority.substring(authority.lastIndexOf('@') + 1);
        String plain = WILDCARD.matcher(authority).replaceFirst("");
        String wildcard = plain.equals(authority) ? "" : "*.";
        boolean bareIpv6 = plain.indexOf(':') != plain.lastIndexOf(':') && plain.indexOf('[') < 0;
        if (!bareIpv6 || !addName(wildcard, plain, hosts)) {
            addName(wildcard, plain.replaceFirst(bareIpv6 ? ":.*" : ":[^:\\]]*$", ""), hosts); // on every port
        }
    }

    /** @return whether a URL can spell it: otherwise no call can be meant for it */
    private static boolean addName(String wildcard, String stated, Set<String> hosts) {
        int end = stated.length();
        while (end > 0 && stated.charAt(end - 1) == '.') {
            end--;
        }
        String name = stated.substring(0, end);
        if (name.indexOf('*') >= 0) {
            return false;
        }
        try {
            String host =
                    new HttpUrl.Builder().scheme("http").host(name).build().host();
            hosts.add(wildcard + HostPort.bracketed(host));
            return true;
        } catch (IllegalArgumentException none) {
            return false;
        }
    }
}
