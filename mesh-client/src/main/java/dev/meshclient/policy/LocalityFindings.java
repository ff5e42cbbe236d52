package dev.meshclient.policy;

import dev.meshclient.policy.LocalityLbSetting.Places;
import dev.meshclient.policy.SettingLevels.Combination;
import dev.meshclient.policy.SettingLevels.Level;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Predicate;

/** Finds regions, zones and labels of {@code localityLbSetting} that none of the endpoints has to which it applies. */
final class LocalityFindings {
    private final Map<Level, List<Endpoint>> endpoints = new LinkedHashMap<>();

    private LocalityFindings() {}

    static void find(SettingLevels levels) {
        LocalityFindings findings = new LocalityFindings();
        levels.backends().forEach(findings::collect);
        findings.endpoints.forEach(LocalityFindings::check);
    }

    /** The endpoints of names are not known here if the names are the hosts. */
    private void collect(Combination of) {
        of.levels().stream()
                .filter(level -> level.settings().backend().localityLbSetting() != null)
                .findFirst()
                .ifPresent(level -> endpoints
                        .computeIfAbsent(level, l -> new ArrayList<>())
                        .addAll(of.called().endpoints()));
    }

    private static void check(Level level, List<Endpoint> all) {
        LocalityLbSetting setting = level.settings().backend().localityLbSetting();
        if (setting == null || all.isEmpty()) {
            return;
        }
        Place place = level.place().field("localityLbSetting");
        for (int i = 0; i < setting.distribute().size(); i++) {
            Place to = place.field("distribute").item(i).field("to");
            for (Places places : setting.distribute().get(i).to().keySet()) {
                if (none(all, e -> places.has(e.locality()))) {
                    to.wrongIn(
                            PolicyProblem.quoted(places.toString()),
                            "localities of endpoints: no endpoint is there, and the others get its share");
                }
            }
        }
        for (int i = 0; i < setting.failover().size(); i++) {
            String region = setting.failover().get(i).to();
            if (none(all, e -> region.equals(e.locality().region()))) {
                place.field("failover")
                        .item(i)
                        .field("to")
                        .wrong(region, "a region of an endpoint: no endpoint is there");
            }
        }
        for (int i = 0; i < setting.failoverPriority().size(); i++) {
            label(
                    place.field("failoverPriority").item(i),
                    setting.failoverPriority().get(i),
                    all);
        }
    }

    private static void label(Place place, String label, List<Endpoint> all) {
        int equals = label.indexOf('=');
        String key = equals < 0 ? label : label.substring(0, equals);
        String wanted = equals < 0 ? "" : label.substring(equals + 1);
        if (none(all, e -> wanted.isEmpty() ? !value(e, key).isEmpty() : wanted.equals(value(e, key)))) {
            place.wrong(label, "a label of an endpoint: no endpoint has it, so that it orders nothing");
        }
    }

    private static String value(Endpoint endpoint, String key) {
        String stated = endpoint.labels().get(key);
        return stated != null
                ? stated
                : switch (key) {
                    case "topology.kubernetes.io/region" -> endpoint.locality().region();
                    case "topology.kubernetes.io/zone" -> endpoint.locality().zone();
                    case "topology.istio.io/subzone" -> endpoint.locality().subzone();
                    case "topology.istio.io/cluster" -> endpoint.cluster() == null ? "" : endpoint.cluster();
                    default -> "";
                };
    }

    private static boolean none(List<Endpoint> all, Predicate<Endpoint> which) {
        return all.stream().noneMatch(which);
    }
}
