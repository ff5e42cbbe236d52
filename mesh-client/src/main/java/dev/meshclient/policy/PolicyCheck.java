package dev.meshclient.policy;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * Checks whether a policy is valid, whatever its origin: a document, code, a combination, a custom source. All problems are
 * recorded at once, with their paths in a document. A problem within one service refuses that service, any other problem the
 * whole policy. Code needs only {@link PolicyDocument#of}; readers of a text add the problems that they found themselves.
 */
public final class PolicyCheck {
    /** A hostile document of 16 MiB could have millions of problems. */
    private static final int LISTED = 1000;

    /**
     * The text at a place.
     *
     * @param value the text, shortened; null: nothing is stated
     * @param line from 1; the line of the enclosing object if nothing is stated
     * @param order the position among the values of the text
     */
    public record Written(@Nullable String value, int line, int order) {}

    /** @param inWords the value is a description and is not replaced by the text */
    private record Noted(List<Object> place, String value, boolean inWords, String expected, int line, int order) {
        PolicyProblem problem() {
            return PolicyProblem.at(PolicyProblem.pathOf(place.toArray()), value, expected, line);
        }

        @Nullable
        String service() {
            return serviceOf(place);
        }
    }

    private final List<Noted> noted = new ArrayList<>();
    private final Map<String, Integer> unlistedOfServices = new LinkedHashMap<>();
    private final Set<String> unresolved = new LinkedHashSet<>();
    private final Map<List<Object>, Integer> unreadable = new HashMap<>();
    private final Set<List<Object>> notWhole = new HashSet<>();
    private final Map<List<Object>, List<Object>> places = new HashMap<>();
    private final Set<String> refusedUnread = new HashSet<>();
    private @Nullable List<Object> lastUnlistedUnreadable;
    private int unlisted;
    private boolean headIsUnread;
    private boolean documentIsBad;
    private @Nullable MeshPolicy checked;

    /** A check without problems. */
    public PolicyCheck() {}

    /**
     * A problem that a reader found before {@link #check}; the policy has a stand-in at this place.
     *
     * @param place keys and, as integers, indexes
     * @param value null: the text at this place
     */
    public void found(List<Object> place, @Nullable String value, String expected, int line) {
        add(new Noted(List.copyOf(place), value == null ? "nothing" : value, value != null, expected, line, 0));
    }

    /**
     * As {@link #found}, for a value that could not be read: neither its stand-in nor the value that contains it is checked.
     */
    public void unreadable(List<Object> place, @Nullable String value, String expected, int line) {
        if (unreadable.containsKey(place) || place.equals(lastUnlistedUnreadable)) {
            return; // a reader judges its stand-in as well
        }
        if (noted.size() >= LISTED) {
            lastUnlistedUnreadable = List.copyOf(place);
        } else {
            unreadable.put(List.copyOf(place), noted.size());
            for (int end = place.size() - 1; end > 0; end--) {
                notWhole.add(List.copyOf(place.subList(0, end)));
            }
        }
        found(place, value, expected, line);
    }

    /** Tells where a reader found the value that {@link #check} knows by another path. */
    public void writtenAs(List<Object> place, List<Object> written) {
        places.put(List.copyOf(place), List.copyOf(written));
    }

    /** Records the problems of a policy. */
    public void check(MeshPolicy policy) {
        check(policy, Set.of());
    }

    /**
     * Records what a valid policy states without effect, or surely not with the intended one. Their {@code expected} says why.
     *
     * @param federated trust domains other than that of the policy, whose members may call
     */
    public void findUseless(MeshPolicy valid, Set<String> federated) {
        UselessSettings.find(Place.root(this), valid, federated);
    }

    /** @param refused services that were listed and are refused: rules may send calls to them */
    void check(MeshPolicy policy, Set<String> refused) {
        refusedUnread.addAll(unlistedOfServices.keySet());
        int ofServices = 0;
        for (int count : unlistedOfServices.values()) {
            ofServices += count;
        }
        headIsUnread = unlisted > ofServices;
        DocumentCheck document = new DocumentCheck(Place.root(this), policy, refused);
        document.check();
        unresolved.addAll(document.unresolved());
        checked = document.completed();
    }

    void note(List<Object> at, String value, boolean inWords, String expected) {
        List<Object> place = places.getOrDefault(at, at);
        String service = serviceOf(place);
        if (service == null ? headIsUnread : refusedUnread.contains(service)) {
            return; // the unreadable values are not all known
        }
        Integer earlier = unreadable.get(place);
        if (earlier != null) {
            Noted n = noted.get(earlier);
            if (!n.inWords && !inWords) { // the problem of the stand-in states best what would be legal
                noted.set(earlier, new Noted(n.place, n.value, false, expected, n.line, n.order));
            }
        } else if (!notWhole.contains(place) && !isBelowUnreadable(place)) {
            add(new Noted(place, value, inWords, expected, 0, noted.size()));
        }
    }

    private boolean isBelowUnreadable(List<Object> place) {
        for (int end = place.size() - 1; end >= 0 && !unreadable.isEmpty(); end--) {
            if (unreadable.containsKey(place.subList(0, end))) {
                return true;
            }
        }
        return false;
    }

    private void add(Noted problem) {
        String service = problem.service();
        documentIsBad |= service == null;
        if (noted.size() < LISTED) {
            noted.add(problem);
        } else {
            unlisted++;
            if (service != null) {
                unlistedOfServices.merge(service, 1, Integer::sum);
            }
        }
    }

    private static @Nullable String serviceOf(List<Object> place) {
        return place.size() > 1 && place.get(0).equals("services")
                ? place.get(1).toString()
                : null;
    }

    /**
     * Adds the text at its place to each problem, and sorts the problems by the order of the text.
     *
     * @param text finds the text at places
     */
    public void locate(Function<Set<List<Object>>, Map<List<Object>, Written>> text) {
        if (noted.isEmpty()) {
            return;
        }
        Set<List<Object>> places = new HashSet<>();
        noted.forEach(n -> places.add(n.place));
        Map<List<Object>, Written> found = text.apply(places);
        noted.replaceAll(n -> {
            Written written = found.get(n.place);
            if (written == null) {
                return n;
            }
            String value = n.inWords ? n.value : written.value == null ? "nothing" : written.value;
            return new Noted(n.place, value, n.inWords, n.expected, n.line > 0 ? n.line : written.line, written.order);
        });
        noted.sort(Comparator.comparingInt(Noted::order));
    }

    /** All problems, at most 1,001 entries. */
    public List<PolicyProblem> problems() {
        List<PolicyProblem> all = new ArrayList<>();
        noted.forEach(n -> all.add(n.problem()));
        if (unlisted > 0) {
            all.add(further("$", unlisted));
        }
        return all;
    }

    /**
     * The checked policy, without the services that have problems.
     *
     * @param unknownFields fields that were ignored
     * @throws PolicyException if there is a problem outside a single service
     */
    public PolicyDocument document(List<String> unknownFields) throws PolicyException {
        MeshPolicy policy = checked;
        if (policy == null || documentIsBad) {
            throw new PolicyException(problems());
        }
        Map<String, RefusedService> refused = new LinkedHashMap<>();
        byService().forEach((name, found) -> {
            Service service = policy.services().get(name);
            refused.put(name, new RefusedService(service == null ? List.of() : UnderstoodHosts.of(service), found));
        });
        if (refused.isEmpty()) {
            return new PolicyDocument(policy, unknownFields, refused, unresolved);
        }
        Map<String, Service> services = new LinkedHashMap<>(policy.services());
        services.keySet().removeAll(refused.keySet());
        List<String> removed = new ArrayList<>(policy.removed());
        removed.removeAll(refused.keySet());
        return new PolicyDocument(
                policy.toBuilder().services(services).removed(removed).build(), unknownFields, refused, unresolved);
    }

    private Map<String, List<PolicyProblem>> byService() {
        Map<String, List<PolicyProblem>> result = new LinkedHashMap<>();
        for (Noted n : noted) {
            String service = n.service();
            if (service != null) {
                result.computeIfAbsent(service, s -> new ArrayList<>()).add(n.problem());
            }
        }
        unlistedOfServices.forEach((service, count) -> result.computeIfAbsent(service, s -> new ArrayList<>())
                .add(further(PolicyProblem.pathOf("services", service), count)));
        return result;
    }

    private static PolicyProblem further(String path, int count) {
        return PolicyProblem.at(path, count + " further problems", "see those that are listed", 0);
    }
}
