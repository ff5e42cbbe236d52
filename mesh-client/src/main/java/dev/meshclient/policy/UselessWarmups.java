package dev.meshclient.policy;

import dev.meshclient.policy.SettingLevels.Level;

/** Finds each warm-up from which an endpoint has all of its share at once. */
final class UselessWarmups {
    private UselessWarmups() {}

    static void find(SettingLevels levels) {
        levels.all().keySet().forEach(UselessWarmups::check);
    }

    private static void check(Level level) {
        LoadBalancer balancer = level.settings().backend().loadBalancer();
        Warmup warmup = balancer == null ? null : balancer.warmup();
        if (warmup != null && warmup.minimumPercentOrDefault() == 100) {
            level.place()
                    .field("loadBalancer")
                    .field("warmup")
                    .field("minimumPercent")
                    .wrong(100, "less than 100: an endpoint that begins has all of its share at once");
        }
    }
}
