package dev.meshclient.policy;

import dev.meshclient.internal.text.Durations;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Finds each {@code backendRequest} that is longer than the {@code request} of all rules to which it applies. A rule that
 * states a shorter {@code request} alone does not count: that is a usual way to shorten a call.
 */
final class UselessTimeouts {
    /** The timeouts of a rule, subset or service, or the defaults. */
    private record Level(Place place, Timeouts timeouts) {}

    /** The limit of a call; not stated: the built-in one. */
    private record Limit(Duration request, boolean stated) {}

    private final MeshPolicy policy;
    private final Level defaults;
    private final Map<Level, List<Level>> levels = new LinkedHashMap<>(); // with those of lower precedence
    private final Set<Level> useful = new HashSet<>();
    private final Map<Level, Limit> longest = new HashMap<>(); // of the limits that make a level useless

    private UselessTimeouts(Place root, MeshPolicy policy) {
        this.policy = policy;
        this.defaults =
                new Level(root.field("defaults"), policy.defaults().route().timeouts());
        levels.put(defaults, List.of(defaults));
    }

    static void find(Place root, MeshPolicy policy) {
        UselessTimeouts timeouts = new UselessTimeouts(root, policy);
        policy.services()
                .forEach((name, service) ->
                        timeouts.service(root.field("services").field(name), name, service));
        timeouts.report();
    }

    private void service(Place place, String name, Service service) {
        List<Level> ofService = over(place, service.settings().route().timeouts(), List.of(defaults));
        Map<String, List<Level>> subsets = new HashMap<>();
        for (int i = 0; i < service.subsets().size(); i++) {
            Subset subset = service.subsets().get(i);
            Place at = place.field("subsets").item(i);
            subsets.put(subset.name(), over(at, subset.settings().route().timeouts(), ofService));
        }
        if (service.rules().isEmpty()) {
            compare(ofService, service);
        }
        for (int i = 0; i < service.rules().size(); i++) {
            Rule rule = service.rules().get(i);
            Level ofRule =
                    new Level(place.field("rules").item(i), rule.settings().timeouts());
            for (BackendRef ref : rule.backendRefs()) {
                boolean own = ref.name().equals(name) && ref.subset() != null;
                List<Level> called = own ? subsets.getOrDefault(ref.subset(), ofService) : ofService;
                compare(over(ofRule, called), policy.services().getOrDefault(ref.name(), service));
            }
        }
    }

    private List<Level> over(Place place, Timeouts timeouts, List<Level> base) {
        return over(new Level(place, timeouts), base);
    }

    /** The levels that apply together, that of the highest precedence first. */
    private List<Level> over(Level level, List<Level> base) {
        List<Level> all = new ArrayList<>(base);
        all.add(0, level);
        levels.putIfAbsent(level, all);
        return all;
    }

    private void compare(List<Level> applied, Service called) {
        compare(applied, called.resolution() == Resolution.NONE ? Duration.ZERO : Timeouts.BUILT_IN_REQUEST);
    }

    private void compare(List<Level> applied, Duration builtIn) {
        for (Level level : applied) {
            Duration attempt = level.timeouts.backendRequest();
            if (attempt != null) {
                compare(level, attempt, applied, builtIn);
                return;
            }
        }
    }

    private void compare(Level stating, Duration attempt, List<Level> applied, Duration builtIn) {
        Limit limit = new Limit(builtIn, false);
        boolean shortened = false; // by a level of higher precedence
        for (int i = applied.size() - 1; i >= 0; i--) {
            Duration stated = applied.get(i).timeouts.request();
            if (stated != null) {
                limit = new Limit(stated, true);
                shortened = i < applied.indexOf(stating);
            }
        }
        if (limit.request.isZero() || attempt.compareTo(limit.request) <= 0) {
            useful.add(stating);
        } else if (!shortened) {
            longest.merge(stating, limit, (a, b) -> a.request.compareTo(b.request) < 0 ? b : a);
        }
    }

    private void report() {
        levels.forEach((level, applied) -> {
            if (!useful.contains(level) && !longest.containsKey(level)) { // no rule uses it
                compare(applied, Timeouts.BUILT_IN_REQUEST);
            }
        });
        for (Level level : levels.keySet()) {
            Limit limit = useful.contains(level) ? null : longest.get(level);
            if (limit != null) {
                level.place
                        .field("timeouts")
                        .field("backendRequest")
                        .wrong(
                                level.timeouts.backendRequest(),
                                "at most timeouts.request, which is " + Durations.shown(limit.request)
                                        + (limit.stated ? " here" : " if it is not stated")
                                        + ": the whole call ends before its first attempt may");
            }
        }
    }
}
