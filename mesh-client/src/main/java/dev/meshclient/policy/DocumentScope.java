package dev.meshclient.policy;

import java.util.Collections;
import java.util.LinkedHashSet;
import java.util.Locale;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;

/**
 * What a document speaks of, where that is not the whole mesh: a service that it does not have is missing from it only if the
 * document speaks of one of that service's hosts, or of its name.
 *
 * @param hosts as URLs have them, without ports, IPv6 in brackets; kept in lower case
 */
public record DocumentScope(Set<String> hosts) {
    /** Of nothing. */
    public static final DocumentScope NOTHING = new DocumentScope(Set.of());

    public DocumentScope {
        hosts = hosts.stream()
                .map(Hosts::canonical)
                .collect(Collectors.collectingAndThen(
                        Collectors.toCollection(LinkedHashSet::new), Collections::unmodifiableSet));
    }

    /** Whether a document can speak of this name: what is no DNS name and no address is no host of any service. */
    public static boolean canHold(String host) {
        return host.length() <= Hosts.MAX_HOST && Hosts.BARE_HOST.matcher(host).matches();
    }

    /** Whether the document speaks of this host, or of the service of this name. */
    public boolean covers(String name) {
        return hosts.contains(name.toLowerCase(Locale.ROOT));
    }

    /** What both speak of. */
    public DocumentScope and(DocumentScope other) {
        Set<String> both = new TreeSet<>(hosts);
        both.retainAll(other.hosts);
        return new DocumentScope(both);
    }
}
