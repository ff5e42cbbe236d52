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
 * Whether a policy means something, whoever made it: a document, code, a combination, a source of yours. Everything that is wrong
 * is noted at once, with the path that it has in a document. A problem of one service refuses that service, any other one the
 * policy. {@link PolicyDocument#of} is all that code needs; readers of a text add what they found themselves.
 */
public final class PolicyCheck {
    /** A hostile document of 16 MiB could have millions. */
    private static final int LISTED = 1000;

    /**
     * What stands at a place of a text.
     *
     * @param value as it is written, shortened; null: nothing
     * @param line from 1 on; of its object, where nothing stands
     * @param order among the values of the text
     */
    public record Written(@Nullable String value, int line, int order) {}

    /** @param inWords the value describes what stands there, and is not to be replaced by it */
    private record Noted(List<Object> place, String value, boolean inWords, String expected, int line, int order) {
        PolicyProblem problem() {
            return new PolicyProblem(PolicyProblem.pathOf(place.toArray()), value, expected, line);
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
    private int unlisted;
    private boolean documentIsBad;
    private @Nullable MeshPolicy checked;

    /** Nothing is wrong yet. */
    public PolicyCheck() {}

    /**
     * What a reader found wrong, before {@link #check}, where something else was read.
     *
     * @param place keys and, as integers, indexes
     * @param value null: what is written there
     */
    public void found(List<Object> place, @Nullable String value, String expected, int line) {
        add(new Noted(List.copyOf(place), value == null ? "nothing" : value, value != null, expected, line, 0));
    }

    /** As {@link #found}, of what could not be read: neither a stand-in for it nor what it is a part of is checked. */
    public void unreadable(List<Object> place, @Nullable String value, String expected, int line) {
        if (unreadable.containsKey(place)) {
            return; // what was read in its place
        }
        if (noted.size() < LISTED) {
            unreadable.put(List.copyOf(place), noted.size());
            for (int end = place.size() - 1; end > 0; end--) {
                notWhole.add(List.copyOf(place.subList(0, end)));
            }
        }
        found(place, value, expected, line);
    }

    /** The place where a reader found what {@link #check} knows by another one. */
    public void writtenAs(List<Object> place, List<Object> written) {
        places.put(List.copyOf(place), List.copyOf(written));
    }

    /** Notes what is wrong with a policy. */
    public void check(MeshPolicy policy) {
        check(policy, Set.of());
    }

    /** @param refused services that were there and are refused: whether rules may send to them is not judged */
    void check(MeshPolicy policy, Set<String> refused) {
        refusedUnread.addAll(unlistedOfServices.keySet());
        DocumentCheck document = new DocumentCheck(Place.root(this), policy, refused);
        document.check();
        unresolved.addAll(document.unresolved());
        checked = document.completed();
    }

    void note(List<Object> at, String value, boolean inWords, String expected) {
        List<Object> place = places.getOrDefault(at, at);
        String service = serviceOf(place);
        if (service != null && refusedUnread.contains(service)) {
            return; // not all of what could not be read is known
        }
        Integer earlier = unreadable.get(place);
        if (earlier != null) {
            Noted n = noted.get(earlier);
            if (!n.inWords && !inWords) { // what would be legal is said best by what refuses the stand-in
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
     * Adds to each problem what the text says at its place, and puts them in the order of the text.
     *
     * @param text what stands at places
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

    /** All that is wrong, at most 1,001 entries. */
    public List<PolicyProblem> problems() {
        List<PolicyProblem> all = new ArrayList<>();
        noted.forEach(n -> all.add(n.problem()));
        if (unlisted > 0) {
            all.add(further("$", unlisted));
        }
        return all;
    }

    /**
     * The policy that was checked, in full: without the services of which something is wrong.
     *
     * @param unknownFields that were ignored
     * @throws PolicyException if something is wrong that is not of one service alone
     */
    public PolicyDocument document(List<String> unknownFields) throws PolicyException {
        MeshPolicy policy = checked;
        if (policy == null || documentIsBad) {
            throw new PolicyException(problems());
        }
        Map<String, RefusedService> refused = new LinkedHashMap<>();
        byService()
                .forEach((name, found) -> refused.put(
                        name,
                        new RefusedService(
                                ServiceCheck.legalHosts(policy.services().get(name)), found)));
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
        return new PolicyProblem(path, count + " further problems", "see those that are listed");
    }
}
