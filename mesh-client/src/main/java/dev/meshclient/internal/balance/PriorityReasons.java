package dev.meshclient.internal.balance;

import dev.meshclient.policy.FailoverMode;
import java.util.Arrays;
import java.util.List;

/** Why each level of a plan gets its share of the calls, in words. */
final class PriorityReasons {
    private final PlanSettings settings;
    private final List<Rank> levels;
    private final int[] loads;
    private final int[] usable;
    private final int[] listed;

    /**
     * @param settings the failover mode and the percentage below which health is ignored
     * @param levels the levels that get calls, in order
     * @param loads the share of each level; only their proportions count
     * @param usable the endpoints that are healthy and not ejected, for each priority
     * @param listed the endpoints that the policy lists, for each priority
     */
    PriorityReasons(PlanSettings settings, List<Rank> levels, int[] loads, int[] usable, int[] listed) {
        this.settings = settings;
        this.levels = levels;
        this.loads = loads;
        this.usable = usable;
        this.listed = listed;
    }

    /**
     * @param priority its index
     * @param kind the endpoints of the priority that the level has
     */
    record Rank(int priority, Tier.Kind kind) {}

    /** Empty: the level is the first priority, which takes all calls. */
    String why(int level) {
        Rank rank = levels.get(level);
        int of = usable.length;
        int priority = rank.priority;
        String name = of == 1 ? "" : "priority " + (priority + 1) + " of " + of + " takes ";
        long percent = Math.round(100.0 * loads[level] / Arrays.stream(loads).sum());
        String figures = usable[priority] + " of " + listed[priority] + " healthy";
        return switch (rank.kind) {
            case CALLABLE ->
                (of == 1 ? "" : name + percent + " % of the calls, ")
                        + "panic: too few endpoints are healthy, health does not" + " count (" + figures
                        + ", outlierDetection.minHealthPercent " + settings.minHealthPercent() + ")";
            case DEGRADED -> "degraded endpoints, as too few are healthy (" + figures + ")";
            case HEALTHY ->
                priority == 0 && percent == 100 ? "" : name + percent + " % of the calls" + because(priority);
        };
    }

    private String because(int priority) {
        StringBuilder text = new StringBuilder();
        int last = priority == 0 ? 1 : priority; // the first priority gets less than all because of itself
        for (int i = 0; i < last; i++) {
            text.append(i == 0 ? ", because " : ", ")
                    .append("priority ")
                    .append(i + 1)
                    .append(" has ")
                    .append(usable[i])
                    .append(" of ")
                    .append(listed[i])
                    .append(" usable");
            if (settings.failover() != FailoverMode.STRICT && usable[i] > 0) {
                text.append(" (")
                        .append(PriorityLoad.inWords(usable[i], listed[i]))
                        .append(')');
            }
        }
        return text.toString();
    }
}
