package dev.meshclient.policy;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** What the services of a document say of each other. Collected while they are read, checked when all are known. */
final class CrossReferences {
    private record Claim(String service, Node host) {}

    private record Reference(
            Node nameNode,
            String service,
            @Nullable Node subsetNode,
            @Nullable String subset) {}

    private final Map<String, Set<String>> subsets = new HashMap<>();
    private final Map<String, List<Claim>> claims = new LinkedHashMap<>();
    private final List<Reference> references = new ArrayList<>();
    private final Set<String> unresolved = new LinkedHashSet<>();

    /** Services that are referred to and that nobody declares. */
    Set<String> unresolved() {
        return unresolved;
    }

    void declares(String service) {
        subsets.computeIfAbsent(service, s -> new HashSet<>());
    }

    void declares(String service, String subset) {
        subsets.computeIfAbsent(service, s -> new HashSet<>()).add(subset);
    }

    /** {@code host} is canonical. */
    void claims(String service, Node node, String host) {
        claims.computeIfAbsent(host, h -> new ArrayList<>(1)).add(new Claim(service, node));
    }

    void refers(Node nameNode, String service, @Nullable Node subsetNode, @Nullable String subset) {
        references.add(new Reference(nameNode, service, subsetNode, subset));
    }

    void check() {
        references.forEach(this::check);
        claims.values().forEach(CrossReferences::check);
    }

    private void check(Reference reference) {
        Set<String> declared = subsets.get(reference.service);
        if (declared == null) {
            unresolved.add(reference.service);
            reference.nameNode.wrong("a service of this document");
        } else if (reference.subsetNode != null
                && reference.subset != null
                && !reference.subset.isEmpty()
                && !declared.contains(reference.subset)) {
            reference.subsetNode.wrong("a subset of the service " + reference.service);
        }
    }

    /** Reported at every service that is involved: whichever of them is right, its owner has to know. */
    private static void check(List<Claim> sameHost) {
        Claim first = sameHost.get(0);
        Claim other = sameHost.stream()
                .filter(c -> !c.service.equals(first.service))
                .findFirst()
                .orElse(null);
        if (other == null) {
            return;
        }
        for (Claim claim : sameHost) {
            Claim rival = claim.service.equals(first.service) ? other : first;
            claim.host.wrong("a host that no other service claims; " + rival.host.path() + " does");
        }
    }
}
