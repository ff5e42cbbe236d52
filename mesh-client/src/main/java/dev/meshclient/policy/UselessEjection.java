package dev.meshclient.policy;

import dev.meshclient.policy.SettingLevels.Combination;
import java.util.List;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** Finds rules of {@code outlierDetection} by which no endpoint can ever be ejected. */
final class UselessEjection {
    /** A field, and its value. */
    private record Field(String name, Function<OutlierDetection, @Nullable Object> value) {}

    private static final List<Field> IN_A_ROW = List.of(
            new Field("consecutive5xxErrors", OutlierDetection::consecutive5xxErrors),
            new Field("consecutiveGatewayErrors", OutlierDetection::consecutiveGatewayErrors),
            new Field("consecutiveLocalOriginFailures", OutlierDetection::consecutiveLocalOriginFailures));
    private static final List<Field> SUCCESS_RATE = List.of(
            new Field("successRateStdevFactor", OutlierDetection::successRateStdevFactor),
            new Field("successRateRequestVolume", OutlierDetection::successRateRequestVolume),
            new Field("successRateMinimumHosts", OutlierDetection::successRateMinimumHosts));
    private static final List<Field> FAILURE_PERCENTAGE = List.of(
            new Field("failurePercentageThreshold", OutlierDetection::failurePercentageThreshold),
            new Field("failurePercentageRequestVolume", OutlierDetection::failurePercentageRequestVolume),
            new Field("failurePercentageMinimumHosts", OutlierDetection::failurePercentageMinimumHosts));

    private final Ineffective found = new Ineffective("outlierDetection");

    private UselessEjection() {}

    static void find(SettingLevels levels) {
        UselessEjection ejection = new UselessEjection();
        levels.backends().forEach(ejection::look);
        ejection.found.report();
    }

    private void look(Combination of) {
        OutlierDetection merged = of.levels().stream()
                .map(level -> level.settings().backend().outlierDetection())
                .reduce(OutlierDetection.NONE, OutlierDetection::over);
        boolean off = merged.maxEjectionPercent() != null && merged.maxEjectionPercent() == 0;
        String all = of.called().resolution() == Resolution.NONE || !off
                ? null
                : "a maxEjectionPercent of at least 1: with 0 no endpoint is ejected";
        IN_A_ROW.forEach(field -> look(of, merged, field, all != null ? all : inARow(field, merged)));
        Integer percent = merged.failurePercentageThreshold();
        String percentages = all != null
                ? all
                : percent == null || percent == 0
                        ? "failurePercentageThreshold beside it: without one percentages eject no endpoint"
                        : hosts(of, "failurePercentageMinimumHosts", merged.failurePercentageMinimumHostsOrDefault());
        FAILURE_PERCENTAGE.forEach(field -> look(of, merged, field, percentages));
        Long factor = merged.successRateStdevFactor();
        String rates = all != null
                ? all
                : factor != null && factor == 0
                        ? "a successRateStdevFactor above 0: with 0 success rates are not compared"
                        : hosts(of, "successRateMinimumHosts", merged.successRateMinimumHostsOrDefault());
        SUCCESS_RATE.forEach(field -> look(of, merged, field, rates));
    }

    /** A field that is 0 is off, and has this effect. */
    private void look(Combination of, OutlierDetection merged, Field field, @Nullable String expected) {
        boolean isOff = field.value.apply(merged) instanceof Number number && number.longValue() == 0;
        found.look(of, field.name, s -> field.value.apply(s.backend().outlierDetection()), isOff ? null : expected);
    }

    private static @Nullable String inARow(Field field, OutlierDetection merged) {
        Long gateway = merged.consecutiveGatewayErrors();
        long all = merged.consecutive5xxErrorsOrDefault();
        boolean never = field.name.equals("consecutiveGatewayErrors") && gateway != null && all > 0 && gateway > all;
        return never
                ? "at most consecutive5xxErrors, which is " + all
                        + ": a gateway error is a server error too, and so many of them eject the endpoint before"
                : null;
    }

    private static @Nullable String hosts(Combination of, String field, long least) {
        return of.reached() >= least
                ? null
                : "at least " + least + " " + of.reachedInWords() + " (" + field + "): with " + of.reached()
                        + " none is ever compared";
    }
}
