package dev.meshclient.examples.demo;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.TreeSet;

/** The fleet as a table: the calls that each instance received in this round, the retries, and the instances that are down. At
 * most 100 columns wide. */
final class Table {
    private static final String RULE = "   +" + "-".repeat(20) + ("+" + "-".repeat(24)).repeat(3) + "+";

    private Table() {}

    static List<String> of(Fleet fleet) {
        List<String> lines = new ArrayList<>();
        lines.add(RULE);
        lines.add(row("", "version", Fleet.ZONES.stream().map(z -> "zone " + z).toList()));
        lines.add(RULE);
        lines.add(row(
                "callers",
                "",
                fleet.callers().stream()
                        .map(c -> cell(c.sent() + " sent", c.member().retries()))
                        .toList()));
        for (String service : Fleet.SERVICES) {
            for (String version : versions(fleet, service)) {
                lines.add(row(
                        service,
                        version,
                        Fleet.ZONES.stream()
                                .map(z -> cell(fleet, new Hop(service, version, z)))
                                .toList()));
            }
        }
        lines.add(RULE);
        Round round = fleet.round();
        lines.add(String.format(
                Locale.ROOT,
                "   %d answered, %d errors, %d retries; %d of %d hops crossed zones; policy %s in %d of %d meshes",
                round.ways().size(),
                round.errors().size(),
                round.retries(),
                round.crossings(),
                round.hops(),
                fleet.revision(),
                fleet.followers(),
                fleet.members().size()));
        return lines;
    }

    private static Iterable<String> versions(Fleet fleet, String service) {
        TreeSet<String> versions = new TreeSet<>();
        fleet.instances().stream()
                .map(Instance::self)
                .filter(h -> h.service().equals(service))
                .forEach(h -> versions.add(h.version()));
        return versions;
    }

    private static String cell(Fleet fleet, Hop place) {
        List<Instance> here =
                fleet.instances().stream().filter(i -> i.self().equals(place)).toList();
        return here.stream()
                .filter(Instance::isUp)
                .findFirst()
                .map(i -> cell(i.received() + " calls", i.member().retries()))
                .orElse(here.isEmpty() ? "" : "DOWN");
    }

    private static String cell(String calls, int retries) {
        return retries == 0
                ? String.format(Locale.ROOT, "%9s", calls)
                : String.format(Locale.ROOT, "%9s %4d retries", calls, retries);
    }

    private static String row(String service, String version, List<String> zones) {
        return String.format(
                Locale.ROOT,
                "   | %-10s %-7s | %-22s | %-22s | %-22s |",
                service,
                version,
                zones.get(0),
                zones.get(1),
                zones.get(2));
    }
}
