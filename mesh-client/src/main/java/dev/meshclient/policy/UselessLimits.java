package dev.meshclient.policy;

import dev.meshclient.policy.SettingLevels.Combination;
import dev.meshclient.policy.SettingLevels.Level;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.Set;

/** Finds each queue in which no call can wait. */
final class UselessLimits {
    private final Set<Level> useful = new HashSet<>();
    private final Set<Level> useless = new LinkedHashSet<>();

    private UselessLimits() {}

    static void find(SettingLevels levels) {
        UselessLimits limits = new UselessLimits();
        levels.backends().forEach(limits::queue);
        limits.report();
    }

    private void queue(Combination of) {
        Limits merged = of.levels().stream()
                .map(level -> level.settings().backend().limits())
                .reduce(Limits.NONE, Limits::over);
        Level stating = of.levels().stream()
                .filter(level -> level.settings().backend().limits().maxPendingRequests() != null)
                .findFirst()
                .orElse(null);
        Long pending = merged.maxPendingRequests();
        if (stating != null && pending != null && pending > 0) {
            Long max = merged.maxRequests();
            boolean limited = of.called().resolution() != Resolution.NONE || Boolean.TRUE.equals(merged.adaptive());
            boolean full = max == null ? limited : max > 0;
            (full ? useful : useless).add(stating);
        }
    }

    private void report() {
        useless.removeAll(useful);
        for (Level level : useless) {
            level.place()
                    .field("limits")
                    .field("maxPendingRequests")
                    .wrong(
                            level.settings().backend().limits().maxPendingRequests(),
                            "a maxRequests of at least 1 beside it: no call waits without a limit, or for a slot that"
                                    + " never comes free");
        }
    }
}
