package dev.meshclient.policy;

import dev.meshclient.internal.text.Durations;
import dev.meshclient.policy.SettingLevels.Combination;
import dev.meshclient.policy.SettingLevels.Level;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/** Finds each {@code "shadow": true} that evaluates nothing, and each that lifts a setting which a wider place enforces. */
final class ShadowFindings {
    /** A section of the policy that a level states as a shadow. */
    private record Shadow(Level level, String section) {}

    private final Map<Shadow, Set<String>> useless = new LinkedHashMap<>();
    private final Set<Shadow> useful = new LinkedHashSet<>();
    private final Map<Shadow, Set<String>> lifted = new LinkedHashMap<>();

    private ShadowFindings() {}

    static void find(SettingLevels levels) {
        ShadowFindings findings = new ShadowFindings();
        levels.backends().forEach(findings::limits);
        levels.backends().forEach(findings::circuitBreaker);
        levels.backends().forEach(findings::rateLimit);
        levels.backends().forEach(findings::outlierDetection);
        levels.routes().forEach(findings::timeouts);
        levels.routes().forEach(findings::retry);
        levels.routes().forEach(findings::hedge);
        findings.report();
    }

    private void report() {
        useless.keySet().removeAll(useful);
        report(useless);
        report(lifted);
    }

    private static void report(Map<Shadow, Set<String>> findings) {
        findings.forEach((shadow, better) ->
                shadow.level.place().field(shadow.section).field("shadow").wrong(true, String.join("; ", better)));
    }

    // ---- nothing to evaluate

    private void limits(Combination of) {
        boolean some = of.called().resolution() != Resolution.NONE
                || first(of.levels(), s -> s.backend().limits().maxRequests()) != null
                || first(of.levels(), s -> s.backend().limits().maxRetries()) != null
                || Boolean.TRUE.equals(
                        first(of.levels(), s -> s.backend().limits().adaptive()));
        evaluates(
                of.levels(),
                "limits",
                s -> s.backend().limits().shadow(),
                some,
                "maxRequests beside it: with resolution NONE no limit is built in");
    }

    private void circuitBreaker(Combination of) {
        CircuitBreakerPolicy breaker = first(of.levels(), s -> s.backend().circuitBreaker());
        evaluates(
                of.levels(),
                "circuitBreaker",
                s -> {
                    CircuitBreakerPolicy stated = s.backend().circuitBreaker();
                    return stated == null ? null : stated.shadow();
                },
                breaker == null || breaker.isOn(),
                "failureRateThreshold of at least 1: with 0 the breaker is off");
        replaces(of.levels(), "circuitBreaker", s -> s.backend().circuitBreaker(), CircuitBreakerPolicy::shadow);
    }

    private void rateLimit(Combination of) {
        replaces(of.levels(), "rateLimit", s -> s.backend().rateLimit(), RateLimitPolicy::shadow);
    }

    private void outlierDetection(Combination of) {
        if (of.called().resolution() == Resolution.NONE) {
            return;
        }
        Integer most = first(of.levels(), s -> s.backend().outlierDetection().maxEjectionPercent());
        evaluates(
                of.levels(),
                "outlierDetection",
                s -> s.backend().outlierDetection().shadow(),
                most == null || most > 0,
                "maxEjectionPercent of at least 1: with 0 no endpoint would be ejected");
    }

    private void evaluates(
            List<Level> levels,
            String section,
            Function<Settings, @Nullable Boolean> value,
            boolean something,
            String better) {
        int stating = stating(levels, value);
        if (stating >= 0 && Boolean.TRUE.equals(value.apply(levels.get(stating).settings()))) {
            Shadow shadow = new Shadow(levels.get(stating), section);
            if (something) {
                useful.add(shadow);
            } else {
                add(useless, shadow, better);
            }
        }
    }

    // ---- what a wider place enforces

    private void timeouts(Combination of) {
        List<Level> levels = of.levels();
        Function<Settings, @Nullable Boolean> value = s -> s.route().timeouts().shadow();
        Function<Settings, @Nullable Duration> request =
                s -> s.route().timeouts().request();
        Function<Settings, @Nullable Duration> attempt =
                s -> s.route().timeouts().backendRequest();
        boolean some = first(levels, request) != null || first(levels, attempt) != null;
        evaluates(
                levels,
                "timeouts",
                value,
                some,
                "request or backendRequest beside it: the built-in limit is in force, and no other is stated");
        int stating = stating(levels, value);
        if (stating < 0 || !Boolean.TRUE.equals(value.apply(levels.get(stating).settings()))) {
            return;
        }
        List<Level> wider = levels.subList(stating + 1, levels.size());
        if (!Boolean.TRUE.equals(first(wider, value))) {
            Shadow shadow = new Shadow(levels.get(stating), "timeouts");
            boolean neutral = of.called().resolution() == Resolution.NONE;
            String builtIn =
                    neutral ? "no limit is" : "the built-in " + Durations.shown(Timeouts.BUILT_IN_REQUEST) + " is";
            lifts(shadow, wider, "request", request, builtIn);
            lifts(shadow, wider, "backendRequest", attempt, "no limit is");
        }
    }

    private void lifts(
            Shadow shadow,
            List<Level> wider,
            String field,
            Function<Settings, @Nullable Duration> value,
            String inForce) {
        Duration limit = first(wider, value);
        if (limit != null) {
            String kind = wider.get(stating(wider, value)).kind();
            add(
                    lifted,
                    shadow,
                    "no enforced " + field + " in a wider place: the " + field + " limit " + Durations.shown(limit)
                            + " of the " + kind + " is not enforced here; " + inForce);
        }
    }

    /** A section that is merged as a whole: a shadow takes the place of an enforced one. */
    private <T> void replaces(
            List<Level> levels, String section, Function<Settings, @Nullable T> value, Predicate<T> isShadow) {
        T stated = first(levels, value);
        if (stated == null || !isShadow.test(stated)) {
            return;
        }
        int stating = stating(levels, value);
        List<Level> wider = levels.subList(stating + 1, levels.size());
        T enforced = first(wider, value);
        if (enforced != null && !isShadow.test(enforced)) {
            add(
                    lifted,
                    new Shadow(levels.get(stating), section),
                    "no enforced " + section + " in a wider place: the " + section + " of the "
                            + wider.get(stating(wider, value)).kind() + " is not enforced here; none is");
        }
    }

    private void retry(Combination of) {
        List<Level> levels = of.levels();
        Function<Settings, @Nullable RetryPolicy> value = s -> s.route().retry();
        RetryPolicy retry = first(levels, value);
        if (retry == null || !retry.shadow()) {
            return;
        }
        int stating = stating(levels, value);
        List<Level> wider = levels.subList(stating + 1, levels.size());
        RetryPolicy enforced = first(wider, value);
        if (enforced != null && !enforced.shadow()) {
            boolean neutral = of.called().resolution() == Resolution.NONE;
            add(
                    lifted,
                    new Shadow(levels.get(stating), "retry"),
                    "no enforced retry in a wider place: the retry of the "
                            + wider.get(stating(wider, value)).kind() + " is not enforced here; "
                            + (neutral ? "no retries are" : "the built-in retries are"));
        }
    }

    private void hedge(Combination of) {
        List<Level> levels = of.levels();
        Function<Settings, @Nullable HedgePolicy> value = s -> s.route().hedge();
        HedgePolicy hedge = first(levels, value);
        if (hedge == null || !hedge.shadow() || of.called().resolution() == Resolution.NONE) {
            return;
        }
        int stating = stating(levels, value);
        Shadow shadow = new Shadow(levels.get(stating), "hedge");
        if (hedge.maxAttempts() < 2) {
            add(useless, shadow, "maxAttempts of at least 2: with 1 no hedge would be sent");
        }
        List<Level> wider = levels.subList(stating + 1, levels.size());
        HedgePolicy enforced = first(wider, value);
        if (enforced != null && !enforced.shadow()) {
            String kind = wider.get(stating(wider, value)).kind();
            String better = "no enforced hedge in a wider place: the hedge of the " + kind
                    + " is not enforced here; no hedges are sent";
            add(lifted, shadow, better);
        }
    }

    private static void add(Map<Shadow, Set<String>> to, Shadow shadow, String better) {
        to.computeIfAbsent(shadow, s -> new LinkedHashSet<>()).add(better);
    }

    /** The position of the level whose value applies; -1: none states it. */
    private static int stating(List<Level> levels, Function<Settings, ? extends @Nullable Object> value) {
        for (int i = 0; i < levels.size(); i++) {
            if (value.apply(levels.get(i).settings()) != null) {
                return i;
            }
        }
        return -1;
    }

    /** The value that applies; null: no level states it. */
    private static <T> @Nullable T first(List<Level> levels, Function<Settings, @Nullable T> value) {
        int i = stating(levels, value);
        return i < 0 ? null : value.apply(levels.get(i).settings());
    }
}
