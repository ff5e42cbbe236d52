package dev.meshclient.policy;

import dev.meshclient.internal.text.Durations;
import dev.meshclient.policy.SettingLevels.Combination;
import java.time.Duration;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** Finds hedges that can never begin. */
final class UselessHedges {
    private final Ineffective found = new Ineffective("hedge");

    private UselessHedges() {}

    static void find(SettingLevels levels) {
        UselessHedges hedges = new UselessHedges();
        levels.routes().forEach(hedges::look);
        hedges.found.report();
    }

    private void look(Combination of) {
        HedgePolicy hedge = of.first(s -> s.route().hedge());
        if (hedge == null || hedge.maxAttempts() < 2 || of.called().resolution() == Resolution.NONE) {
            return;
        }
        int endpoints = of.reached();
        look(
                of,
                "",
                h -> "a hedge",
                endpoints > 1
                        ? null
                        : (of.endpoints() > 1 ? "a loadBalancer.subsetSize above 1" : "a second endpoint")
                                + ": a hedge never goes to the endpoint of an earlier attempt");
        look(
                of,
                "maxAttempts",
                HedgePolicy::maxAttempts,
                endpoints == 1 || endpoints >= hedge.maxAttempts()
                        ? null
                        : "at most " + endpoints + ", the number of " + of.reachedInWords()
                                + ": each attempt has its own");
        Duration delay = hedge.delay() == null ? hedge.minDelay() : hedge.delay();
        look(
                of,
                hedge.delay() == null ? "minDelay" : "delay",
                h -> h.delay() == null ? h.minDelay() : h.delay(),
                delay == null ? null : tooLate(of, delay));
    }

    private static @Nullable String tooLate(Combination of, Duration delay) {
        if (Boolean.TRUE.equals(of.first(s -> s.route().timeouts().shadow()))) {
            return null;
        }
        String attempt = tooLate(
                delay, "backendRequest", of.first(s -> s.route().timeouts().backendRequest()), "the attempt");
        return attempt != null
                ? attempt
                : tooLate(delay, "request", of.first(s -> s.route().timeouts().request()), "the call");
    }

    private static @Nullable String tooLate(Duration delay, String field, @Nullable Duration limit, String what) {
        return limit == null || limit.isZero() || limit.compareTo(delay) > 0
                ? null
                : "less than timeouts." + field + ", which is " + Durations.shown(limit) + ": " + what
                        + " has ended by then";
    }

    private void look(
            Combination of, String field, Function<HedgePolicy, @Nullable Object> value, @Nullable String expected) {
        found.look(
                of,
                field,
                s -> {
                    HedgePolicy hedge = s.route().hedge();
                    return hedge == null ? null : value.apply(hedge);
                },
                expected);
    }
}
