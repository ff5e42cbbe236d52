package dev.meshclient.internal.balance;

import dev.meshclient.internal.endpoint.Endpoint;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

/**
 * The share of the first attempts that each endpoint gets from a plan, if all have equally many attempts in flight. Only
 * explanations need it: no call does.
 */
final class EndpointShares {
    private final Plan plan;
    private final FailbackRamp ramp;
    private final long now;

    private EndpointShares(Plan plan, FailbackRamp ramp, long now) {
        this.plan = plan;
        this.ramp = ramp;
        this.now = now;
    }

    /** The shares add up to 1; endpoints without a share may be left out. */
    static Map<Endpoint, Double> of(Plan plan, FailbackRamp ramp, long now) {
        return new EndpointShares(plan, ramp, now).ofPlan();
    }

    private Map<Endpoint, Double> ofPlan() {
        Map<Endpoint, Double> shares = new HashMap<>();
        double[] levels = ramp.levelShares(plan, now);
        for (int i = 0; i < levels.length; i++) {
            if (levels[i] > 0) {
                add(i == 0 ? ofFirst() : slowed(plan.levels().get(i)), levels[i], shares);
            }
        }
        return shares;
    }

    private static void add(Map<Endpoint, Double> shares, double part, Map<Endpoint, Double> to) {
        shares.forEach((endpoint, share) -> to.merge(endpoint, share * part, Double::sum));
    }

    /** As {@link Plan#pick} decides once the call is for the first priority. */
    private Map<Endpoint, Double> ofFirst() {
        List<Level> levels = plan.levels();
        Level first = levels.get(0);
        Map<Endpoint, Double> shares = new HashMap<>();
        double inZone = plan.home() == 0 ? 1 : ramp.zoneChance(now);
        double away = 0;
        Map<Endpoint, Double> slowed = slowed(first);
        for (Map.Entry<Endpoint, Double> drawn : slowed.entrySet()) {
            boolean returns = inZone < 1 && first.isHome(drawn.getKey());
            away += returns ? drawn.getValue() * (1 - inZone) : 0;
            shares.merge(drawn.getKey(), drawn.getValue() * (returns ? inZone : 1), Double::sum);
        }
        if (away > 0) {
            Map<Endpoint, Double> others = away(first);
            others = others.isEmpty() && levels.size() > 1 ? ofLevel(levels.get(1)) : others;
            add(others.isEmpty() ? slowed : others, away, shares);
        }
        return shares;
    }

    /** As a plan draws again while endpoints are in slow start or busy. */
    private Map<Endpoint, Double> slowed(Level level) {
        Map<Endpoint, Double> shares = ofLevel(level);
        double taken = 0; // at the first draw
        for (Map.Entry<Endpoint, Double> drawn : shares.entrySet()) {
            taken += drawn.getValue() * part(drawn.getKey());
        }
        double last = Math.pow(1 - taken, plan.slowStart().redraws());
        double checked = taken == 0 ? 0 : (1 - last) / taken; // draws whose endpoint may be too soon
        shares.replaceAll((endpoint, share) -> share * (part(endpoint) * checked + last));
        return shares;
    }

    private double part(Endpoint endpoint) {
        return EndpointPart.of(endpoint.state(), plan.slowStart(), now);
    }

    private Map<Endpoint, Double> ofLevel(Level level) {
        Map<Endpoint, Double> shares = new HashMap<>();
        level.groups().forEach(group -> add(ofGroup(group, level.groups()), group.share(), shares));
        return shares;
    }

    /** As {@link Level#pickAway} decides; empty if there is no endpoint. */
    private Map<Endpoint, Double> away(Level level) {
        Map<Endpoint, Double> shares = new HashMap<>();
        List<Level.Group> others =
                level.groups().stream().filter(g -> !g.home()).toList();
        double all = others.stream().mapToInt(Level.Group::usable).sum();
        others.forEach(g -> add(byWeight(g), g.usable() / all, shares));
        return shares;
    }

    private static int size(List<Level.Group> groups) {
        return groups.stream().mapToInt(g -> g.members().size()).sum();
    }

    private Map<Endpoint, Double> byWeight(Level.Group group) {
        double[] weights = group.picker().weights(now);
        if (weights != null) {
            double sum = Arrays.stream(weights).sum();
            Map<Endpoint, Double> shares = new HashMap<>();
            for (int i = 0; i < weights.length; i++) {
                shares.merge(group.members().get(i), weights[i] / sum, Double::sum);
            }
            return shares;
        }
        double all = group.members().weight();
        return group.endpoints().stream()
                .collect(Collectors.toMap(e -> e, e -> e.weight() / all, Double::sum, HashMap::new));
    }

    /** As a level draws another endpoint in place of one whose ejection was aborted. */
    private Map<Endpoint, Double> ofGroup(Level.Group group, List<Level.Group> groups) {
        Map<Endpoint, Double> drawn = byWeight(group);
        double moved = 0;
        for (Map.Entry<Endpoint, Double> one : drawn.entrySet()) {
            moved += Level.isEjectionAborted(one.getKey()) ? one.getValue() * (1 - Level.SELDOM) : 0;
        }
        if (moved == 0) {
            return drawn;
        }
        Map<Endpoint, Double> shares = new HashMap<>(drawn);
        double left = move(moved, List.of(group), shares);
        left = move(left, groups.stream().filter(g -> g != group).toList(), shares);
        double stays = (left - moved) / moved * (1 - Level.SELDOM); // in place of another endpoint
        drawn.forEach((e, share) -> shares.merge(e, Level.isEjectionAborted(e) ? share * stays : 0, Double::sum));
        return shares;
    }

    /** Adds to the shares of endpoints that are looked for in these groups. @return what is left if they are not found */
    private static double move(double moved, List<Level.Group> groups, Map<Endpoint, Double> shares) {
        List<Endpoint> fit = groups.stream()
                .flatMap(group -> group.endpoints().stream())
                .filter(e -> !Level.isEjectionAborted(e))
                .toList();
        double left = fit.isEmpty() ? moved : moved * Math.pow(1 - (double) fit.size() / size(groups), Level.LOOKS);
        fit.forEach(e -> shares.merge(e, (moved - left) / fit.size(), Double::sum));
        return left;
    }
}
