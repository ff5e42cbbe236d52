package dev.meshclient.policy;

import dev.meshclient.policy.LocalityLbSetting.Distribute;
import dev.meshclient.policy.LocalityLbSetting.Failover;
import dev.meshclient.policy.LocalityLbSetting.Places;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;

/** Checks the settings for regions, zones and labels. Refuses what Istio refuses. */
final class LocalityCheck {
    static final Pattern REGION = Pattern.compile("[^/*]+");
    static final Pattern LABEL = Pattern.compile("[^=]+(=[^=]*)?");

    private static final String LABEL_EXPECTED = "a label, as key or key=value";
    private static final int MAX_ITEMS = 256;

    private LocalityCheck() {}

    static void check(Place place, LocalityLbSetting setting) {
        List<Places> before = new ArrayList<>();
        place.field("distribute").each(setting.distribute(), 0, MAX_ITEMS, (at, d) -> distribute(at, d, before));
        place.field("failover").each(setting.failover(), 0, MAX_ITEMS, LocalityCheck::failover);
        place.field("failoverPriority")
                .each(
                        setting.failoverPriority(),
                        0,
                        MAX_ITEMS,
                        (at, label) -> at.text(label, 1024, LABEL, LABEL_EXPECTED));
        if (!setting.failoverPriority().isEmpty()
                && (!setting.distribute().isEmpty() || !setting.failover().isEmpty())) {
            place.field("failoverPriority")
                    .wrong(
                            setting.failoverPriority(),
                            "nothing beside distribute or failover, which order by localities and not by labels");
        }
    }

    private static void distribute(Place place, Distribute distribute, List<Places> before) {
        once(place.field("from"), distribute.from(), before);
        Place to = place.field("to");
        if (distribute.to().isEmpty()) {
            to.wrong(null, "an object of percentages, of one at least");
            return;
        }
        List<Places> inTo = new ArrayList<>();
        long sum = 0;
        boolean legal = true;
        for (Map.Entry<Places, Integer> share : distribute.to().entrySet()) {
            Place at = to.field(share.getKey().toString());
            legal &= at.integer(share.getValue(), 1, 100);
            sum += share.getValue();
            once(at, share.getKey(), inTo);
        }
        if (sum != 100 && legal) {
            to.wrongIn("percentages that add up to " + sum, "percentages that add up to 100");
        }
    }

    private static void once(Place place, Places places, List<Places> before) {
        before.stream()
                .filter(places::overlaps)
                .findFirst()
                .ifPresent(other -> place.wrongIn(
                        PolicyProblem.shortened(places.toString()),
                        "each locality once among these; " + PolicyProblem.shortened(other.toString())
                                + " has it too"));
        before.add(places);
    }

    private static void failover(Place place, Failover failover) {
        boolean from = region(place.field("from"), failover.from());
        boolean to = region(place.field("to"), failover.to());
        if (from && to && failover.from().equals(failover.to())) {
            place.wrong(failover, "two different regions");
        }
    }

    private static boolean region(Place place, String region) {
        return place.requiredText(region, 1024, REGION, "a region, without zone and without *");
    }
}
