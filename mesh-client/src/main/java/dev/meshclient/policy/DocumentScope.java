package dev.meshclient.policy;

import java.util.Collections;
import java.util.LinkedHashSet;
import java.util.Locale;
import java.util.Set;
import java.util.TreeSet;

/**
 * The hosts that a document covers if it does not cover the whole mesh: a service is missing from it only if the document
 * covers one of the service's hosts, or its name.
 *
 * @param hosts hosts as in URLs, without ports, IPv6 in brackets; kept in the form that requests have
 */
public record DocumentScope(Set<String> hosts) {
    /** Covers nothing. */
    public static final DocumentScope NOTHING = new DocumentScope(Set.of());

    public DocumentScope {
        Set<String> canonical = new LinkedHashSet<>();
        for (String host : Required.set(hosts, "hosts")) {
            canonical.add(Hosts.canonical(host));
        }
        hosts = Collections.unmodifiableSet(canonical);
    }

    /** Whether a document can cover this name: only DNS names and addresses can be hosts of a service. */
    public static boolean canHold(String host) {
        Required.value(host, "host", "a host");
        return host.length() <= Hosts.MAX_HOST
                && Hosts.isAscii(host)
                && Hosts.BARE_HOST.matcher(host).matches();
    }

    /** Whether the document covers this host, or the service of this name. */
    public boolean covers(String name) {
        Required.value(name, "name", "a host, or the name of a service");
        return hosts.contains(name.toLowerCase(Locale.ROOT));
    }

    /** The hosts that both cover. */
    public DocumentScope and(DocumentScope other) {
        Required.value(other, "other", "another scope");
        Set<String> both = new TreeSet<>(hosts);
        both.retainAll(other.hosts);
        return new DocumentScope(both);
    }
}
