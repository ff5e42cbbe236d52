package dev.meshclient.policy;

import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import okhttp3.HttpUrl;

/**
 * Decider: the hosts that the author of a refused service meant. Calls to them must not leave the mesh, so a text that is no
 * legal host counts as each host that a URL could spell with it: {@code http://orders/}, {@code orders.} and {@code orders:0}
 * are {@code orders}.
 */
final class UnderstoodHosts {
    private static final String SEPARATORS = "[\\s,;|\\p{Z}\\p{Cc}\\p{Cf}]+";

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
        String authority = text.substring(text.indexOf("://") < 0 ? 0 : text.indexOf("://") + 3)
                .replaceFirst("^[/\\\\]+", "")
                .replaceFirst("[/\\\\?#].*", "")
                .replaceFirst(".*@", "");
        String wildcard = authority.startsWith("*.") ? "*." : "";
        boolean bareIpv6 = authority.indexOf(':') != authority.lastIndexOf(':') && authority.indexOf('[') < 0;
        String name = authority
                .substring(wildcard.length())
                .replaceFirst(bareIpv6 ? "$" : ":[^:\\]]*$", "") // a port that is not legal: the host on every port
                .replaceFirst("\\.+$", "");
        if (name.indexOf('*') >= 0) {
            return;
        }
        try {
            String host =
                    new HttpUrl.Builder().scheme("http").host(name).build().host();
            hosts.add(wildcard + (host.indexOf(':') < 0 ? host : "[" + host + "]"));
        } catch (IllegalArgumentException none) {
            // no URL can spell it, so no call can be meant for it
        }
    }
}
