package dev.meshclient.policy;

import dev.meshclient.internal.text.Durations;
import dev.meshclient.policy.SettingLevels.Combination;
import java.time.Duration;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** Finds fields of health checks that have no effect, or another than they say. */
final class UselessHealthChecks {
    private static final Duration UNUSED = Duration.ofMinutes(10);

    private final Ineffective found = new Ineffective("healthCheck");

    private UselessHealthChecks() {}

    static void find(SettingLevels levels) {
        UselessHealthChecks checks = new UselessHealthChecks();
        levels.backends().forEach(checks::look);
        checks.found.report();
    }

    private void look(Combination of) {
        HealthCheck check = of.first(s -> s.backend().healthCheck());
        if (check == null || of.called().resolution() == Resolution.NONE) {
            return;
        }
        Duration interval = check.intervalOrDefault();
        if (interval.isZero()) {
            return;
        }
        boolean shadow =
                Boolean.TRUE.equals(of.first(s -> s.backend().outlierDetection().shadow()));
        Integer least =
                shadow ? null : of.first(s -> s.backend().outlierDetection().minHealthPercent());
        boolean panics = of.endpoints() == 1 && (least == null || least > 0);
        look(
                of,
                "path",
                HealthCheck::path,
                panics
                        ? "a second endpoint, or an outlierDetection.minHealthPercent of 0: the only endpoint is called"
                                + " whatever its checks say"
                        : null);
        look(
                of,
                "timeout",
                HealthCheck::timeout,
                above(check.timeout(), interval)
                        ? "at most interval, which is " + Durations.shown(interval)
                                + ": the next check begins after this one, so that a hanging endpoint is checked less often"
                        : null);
        Duration idle = check.noTrafficInterval();
        look(
                of,
                "noTrafficInterval",
                HealthCheck::noTrafficInterval,
                above(idle, UNUSED)
                        ? "at most 10m: without calls for so long there are no checks"
                        : idle != null && interval.compareTo(idle) > 0
                                ? "at least interval, which is " + Durations.shown(interval)
                                        + ": without calls there are never more checks"
                                : null);
    }

    private static boolean above(@Nullable Duration stated, Duration most) {
        return stated != null && stated.compareTo(most) > 0;
    }

    private void look(
            Combination of, String field, Function<HealthCheck, @Nullable Object> value, @Nullable String expected) {
        found.look(
                of,
                field,
                s -> {
                    HealthCheck check = s.backend().healthCheck();
                    return check == null ? null : value.apply(check);
                },
                expected);
    }
}
