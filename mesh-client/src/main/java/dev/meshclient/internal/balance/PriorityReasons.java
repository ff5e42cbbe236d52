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

    /** The calls of a level, of which its zones have shares. */
    String calls(int level) {
        Rank rank = levels.get(level);
        boolean alone = levels.stream().filter(l -> l.priority == rank.priority).count() == 1;
        return loads[level] == Arrays.stream(loads).sum()
                ? "the calls"
                : alone
                        ? "the calls of this priority"
                        : "the calls of " + (rank.kind == Tier.Kind.DEGRADED ? "degraded" : "healthy") + " endpoints";
    }

    /**
     * Empty: the level is the first priority, which takes all calls.
     *
     * @param picked its steps: with the caller's key the first level takes all calls
     */
    String why(int level, Picked picked) {
        Rank rank = levels.get(level);
        int of = usable.length;
        int priority = rank.priority;
        boolean byKey = picked.has(Picked.Step.KEY);
        long percent = byKey
                ? 100
                : Math.round(100.0 * loads[level] / Arrays.stream(loads).sum());
        String takes = picked.isByShare() ? (of == 1 ? "" : " takes ") + percent + " % of the calls" : "";
        String name = of == 1 ? takes : "priority " + (priority + 1) + " of " + of + takes;
        String figures = usable[priority] + " of " + listed[priority];
        return switch (rank.kind) {
            case CALLABLE ->
                (of == 1 ? "" : name + ", ")
                        + "panic: too few endpoints are usable, health does not count (" + figures
                        + " usable, outlierDetection.minHealthPercent " + settings.minHealthPercent() + ")";
            case DEGRADED -> "degraded endpoints, as too few are healthy (" + figures + " healthy)";
            case HEALTHY ->
                priority == 0 && percent == 100 ? "" : name + (byKey || picked.isByShare() ? because(priority) : "");
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
