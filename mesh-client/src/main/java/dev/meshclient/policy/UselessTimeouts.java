package dev.meshclient.policy;

import dev.meshclient.internal.text.Durations;
import dev.meshclient.policy.SettingLevels.Level;
import java.time.Duration;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Finds each {@code backendRequest} that is longer than the {@code request} of all rules to which it applies. A rule that
 * states a shorter {@code request} alone does not count: that is a usual way to shorten a call.
 */
final class UselessTimeouts {
    /** The limit of a call; not stated: the built-in one. */
    private record Limit(Duration request, boolean stated) {}

    private final SettingLevels levels;
    private final Set<Level> useful = new HashSet<>();
    private final Map<Level, Limit> longest = new HashMap<>(); // of the limits that make a level useless

    private UselessTimeouts(SettingLevels levels) {
        this.levels = levels;
    }

    static void find(SettingLevels levels) {
        UselessTimeouts timeouts = new UselessTimeouts(levels);
        levels.routes().forEach(route -> timeouts.compare(route.levels(), route.called()));
        timeouts.report();
    }

    private void compare(List<Level> applied, Service called) {
        compare(applied, called.resolution() == Resolution.NONE ? Duration.ZERO : Timeouts.BUILT_IN_REQUEST);
    }

    private void compare(List<Level> applied, Duration builtIn) {
        for (Level level : applied) {
            Duration attempt = level.timeouts().backendRequest();
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
            Duration stated = applied.get(i).timeouts().request();
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
        levels.all().forEach((level, applied) -> {
            if (!useful.contains(level) && !longest.containsKey(level)) { // no rule uses it
                compare(applied, Timeouts.BUILT_IN_REQUEST);
            }
        });
        for (Level level : levels.all().keySet()) {
            Limit limit = useful.contains(level) ? null : longest.get(level);
            if (limit != null) {
                level.place()
                        .field("timeouts")
                        .field("backendRequest")
                        .wrong(
                                level.timeouts().backendRequest(),
                                "at most timeouts.request, which is " + Durations.shown(limit.request)
                                        + (limit.stated ? " here" : " if it is not stated")
                                        + ": the whole call ends before its first attempt may");
            }
        }
    }
}
