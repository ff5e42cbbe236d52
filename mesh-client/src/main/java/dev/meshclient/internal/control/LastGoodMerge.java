package dev.meshclient.internal.control;

import dev.meshclient.internal.pipeline.AcceptedService;
import dev.meshclient.internal.pipeline.AppliedPolicy;
import dev.meshclient.internal.pipeline.HostPattern;
import dev.meshclient.policy.BackendRef;
import dev.meshclient.policy.DocumentScope;
import dev.meshclient.policy.MeshPolicy;
import dev.meshclient.policy.PolicyDocument;
import dev.meshclient.policy.PolicyProblem;
import dev.meshclient.policy.RefusedService;
import dev.meshclient.policy.Rule;
import dev.meshclient.policy.Service;
import dev.meshclient.policy.Subset;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;

/**
 * Merges a document with the policy in force. A service that the document refuses keeps its last good policy (gRFC A46), and so
 * does a service that it does not list, for a time (A88), or as long as no document covers it; a good service is accepted
 * unless it depends on a refused one.
 */
final class LastGoodMerge {
    private final AppliedPolicy before;
    private final MeshPolicy policy;
    private final Map<String, AcceptedService> services = new LinkedHashMap<>();
    private final Map<String, RefusedService> refused = new LinkedHashMap<>();
    private final Set<String> outside = new HashSet<>();
    private final Map<String, String> keptHosts = new HashMap<>(); // the refused service that keeps each host

    private LastGoodMerge(AppliedPolicy before, MeshPolicy policy) {
        this.before = before;
        this.policy = policy;
    }

    static AppliedPolicy after(AppliedPolicy before, PolicyDocument document, long now) {
        MeshPolicy policy = document.policy();
        LastGoodMerge next = new LastGoodMerge(before, policy);
        AcceptedService.allOf(policy, before.services(), next.services);
        document.refused().forEach(next::refuse);
        next.refuseWhatNeedsRefused();
        Map<String, Long> absentSince = next.keepAbsent(now);
        next.keepSubsets(absentSince.keySet());
        next.keepSubsets(next.outside);
        return new AppliedPolicy(
                policy.metadata().revision(),
                policy.outboundTrafficPolicy(),
                now,
                next.services,
                next.refused,
                absentSince,
                policy.metadata().scope(),
                next.outside);
    }

    /** Drops the services that no document has listed for {@code staleNanos}. */
    static AppliedPolicy withoutStale(AppliedPolicy standing, long now, long staleNanos) {
        Map<String, Long> absentSince = new LinkedHashMap<>(standing.absentSince());
        if (absentSince.isEmpty() || !absentSince.values().removeIf(since -> now - since >= staleNanos)) {
            return standing;
        }
        Map<String, AcceptedService> services = new LinkedHashMap<>(standing.services());
        services.keySet().removeIf(name -> standing.absentSince().containsKey(name) && !absentSince.containsKey(name));
        return new AppliedPolicy(
                standing.revision(),
                standing.outboundTrafficPolicy(),
                standing.appliedAt(),
                services,
                standing.refused(),
                absentSince,
                standing.scope(),
                standing.outside());
    }

    private void refuse(String name, RefusedService why) {
        refused.put(name, why);
        services.remove(name);
        AcceptedService lastGood = before.services().get(name);
        if (lastGood != null) {
            services.put(name, lastGood);
            lastGood.service().hosts().forEach(host -> keptHosts.put(host, name));
        }
    }

    /** Another service may depend on one that is refused here: its check is repeated. */
    private void refuseWhatNeedsRefused() {
        if (refused.isEmpty()) {
            return;
        }
        Map<String, Set<String>> users = new HashMap<>(); // the services that depend on each service
        Map<String, String> claimants = new HashMap<>(); // the services that claim each host
        policy.services().forEach((name, service) -> {
            service.hosts().forEach(host -> claimants.put(host, name));
            service.rules().stream()
                    .flatMap(rule -> rule.backendRefs().stream())
                    .forEach(ref -> users.computeIfAbsent(ref.name(), b -> new HashSet<>())
                            .add(name));
        });
        Deque<String> unsure = new ArrayDeque<>(policy.services().keySet());
        while (!unsure.isEmpty()) {
            String name = unsure.remove();
            Service service = policy.services().get(name);
            List<PolicyProblem> problems =
                    service == null || refused.containsKey(name) ? List.of() : problems(name, service);
            if (service != null && !problems.isEmpty()) {
                refuse(name, new RefusedService(service.hosts(), problems));
                unsure.addAll(users.getOrDefault(name, Set.of()));
                hostsInForce(name).stream()
                        .map(claimants::get)
                        .filter(Objects::nonNull)
                        .forEach(unsure::add);
            }
        }
    }

    private List<String> hostsInForce(String name) {
        AcceptedService accepted = services.get(name);
        return accepted == null ? List.of() : accepted.service().hosts();
    }

    private List<PolicyProblem> problems(String name, Service service) {
        List<PolicyProblem> problems = new ArrayList<>();
        heldHosts(name, service, problems);
        for (int r = 0; r < service.rules().size(); r++) {
            List<BackendRef> refs = service.rules().get(r).backendRefs();
            for (int b = 0; b < refs.size(); b++) {
                BackendRef ref = refs.get(b);
                AcceptedService backend = services.get(ref.name());
                if (backend == null) {
                    String expected = "a service with a policy: this one is refused and has no earlier one";
                    Object[] path = {"services", name, "rules", r, "backendRefs", b, "name"};
                    problems.add(PolicyProblem.of(ref.name(), expected, path));
                } else if (ref.subset() != null && !backend.has(ref)) {
                    String expected = "a subset of " + ref.name()
                            + " as it is in force: it is refused and is kept as in " + backend.revision();
                    Object[] path = {"services", name, "rules", r, "backendRefs", b, "subset"};
                    problems.add(PolicyProblem.of(ref.subset(), expected, path));
                }
            }
        }
        return problems;
    }

    private void heldHosts(String name, Service service, List<PolicyProblem> problems) {
        for (int i = 0; i < service.hosts().size(); i++) {
            String host = service.hosts().get(i);
            String holder = keptHosts.get(host);
            if (holder != null) {
                String expected = "a host that no other service claims; " + holder
                        + ", which is refused and keeps its last good policy, does";
                problems.add(PolicyProblem.of(host, expected, "services", name, "hosts", i));
            }
        }
    }

    /** Keeps services that the document does not list, unless another service has their hosts: then they were renamed. */
    private Map<String, Long> keepAbsent(long now) {
        Map<String, Long> absentSince = new LinkedHashMap<>();
        Map<String, AcceptedService> absent = new LinkedHashMap<>();
        before.services().forEach((name, service) -> {
            if (!policy.services().containsKey(name)
                    && !refused.containsKey(name)
                    && !policy.removed().contains(name)) {
                absent.put(name, service);
            }
        });
        if (absent.isEmpty()) {
            return absentSince;
        }
        Set<String> taken = new HashSet<>();
        services.values().forEach(s -> taken.addAll(s.service().hosts()));
        absent.forEach((name, lastGood) -> {
            List<String> hosts = lastGood.service().hosts().stream()
                    .filter(host -> !taken.contains(host))
                    .toList();
            services.put(name, lastGood.with(hosts));
            Long since = before.absentSince().get(name);
            if (since == null && !speaksOf(name, lastGood)) {
                outside.add(name);
            } else {
                absentSince.put(name, since == null ? now : since);
            }
        });
        return absentSince;
    }

    /** A partial document covers the service of each requested host, even if the service lists it by a wildcard. */
    private boolean speaksOf(String name, AcceptedService service) {
        DocumentScope scope = policy.metadata().scope();
        return scope == null
                || scope.covers(name)
                || service.service().hosts().stream()
                        .map(HostPattern::parse)
                        .anyMatch(host -> host.isExact()
                                ? scope.covers(HostPattern.spelled(host.host()))
                                : scope.hosts().stream().anyMatch(host::isFor));
    }

    /** A kept service keeps the subsets that it sends calls to, even if their own service has removed them. */
    private void keepSubsets(Set<String> absent) {
        if (absent.isEmpty() && refused.isEmpty()) {
            return;
        }
        for (String name : List.copyOf(services.keySet())) {
            AcceptedService kept = services.get(name);
            if (kept == null || !(absent.contains(name) || refused.containsKey(name))) {
                continue;
            }
            for (Rule rule : kept.service().rules()) {
                for (BackendRef ref : rule.backendRefs()) {
                    AcceptedService backend = services.get(ref.name());
                    AcceptedService wasBackend = before.services().get(ref.name());
                    Subset was = wasBackend == null ? null : wasBackend.subset(ref.subset());
                    if (backend != null && !backend.has(ref) && was != null) {
                        services.put(ref.name(), backend.with(was));
                    }
                }
            }
        }
    }
}
