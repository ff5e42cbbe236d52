package dev.meshclient.policy;

import dev.meshclient.policy.SettingLevels.Combination;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** Finds limits that never bind, since another limit or the absence of one leaves nothing to them. */
final class UselessLimits {
    private static final long BUILT_IN = 1024;
    private static final long ADAPTIVE_FLOOR = 3;

    private final Ineffective found = new Ineffective("limits");

    private UselessLimits() {}

    static void find(SettingLevels levels) {
        UselessLimits limits = new UselessLimits();
        levels.backends().forEach(limits::look);
        limits.found.report();
    }

    private void look(Combination of) {
        Limits merged = of.levels().stream()
                .map(level -> level.settings().backend().limits())
                .reduce(Limits.NONE, Limits::over);
        boolean adaptive = Boolean.TRUE.equals(merged.adaptive());
        Long builtIn = of.called().resolution() == Resolution.NONE ? null : (Long) BUILT_IN;
        Long max = merged.maxRequests() == null ? builtIn : merged.maxRequests();
        if (merged.maxPendingRequests() != null && merged.maxPendingRequests() > 0) {
            look(
                    of,
                    "maxPendingRequests",
                    Limits::maxPendingRequests,
                    max == null ? adaptive : max > 0,
                    "a maxRequests of at least 1 beside it: no call waits without a limit, or for a slot that never"
                            + " comes free");
        }
        if (adaptive) {
            look(
                    of,
                    "adaptive",
                    Limits::adaptive,
                    max == null || max > ADAPTIVE_FLOOR,
                    "a maxRequests above 3: the limit moves between 3 and maxRequests, which is " + max);
        }
        boolean alone = of.called().subsets().isEmpty(); // backends share the counts of an endpoint
        atMost(of, max, alone, "maxRequestsPerEndpoint", Limits::maxRequestsPerEndpoint);
        atMost(of, max, alone, "maxConnectionsPerEndpoint", Limits::maxConnectionsPerEndpoint);
        atMost(of, max, true, "maxRetries", Limits::maxRetries);
    }

    /** Each attempt and each retry in flight is one of a call in flight. */
    private void atMost(
            Combination of, @Nullable Long max, boolean alone, String field, Function<Limits, @Nullable Object> value) {
        Object stated = of.first(s -> value.apply(s.backend().limits()));
        boolean binds = !alone || max == null || !(stated instanceof Long limit) || limit <= max;
        look(of, field, value, binds, "at most maxRequests, which is " + max + ": no more calls are in flight");
    }

    private void look(
            Combination of, String field, Function<Limits, @Nullable Object> value, boolean acts, String expected) {
        found.look(of, field, s -> value.apply(s.backend().limits()), acts ? null : expected);
    }
}
