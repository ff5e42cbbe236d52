package dev.meshclient.examples.demo;

import java.util.List;

/**
 * The results of a number of calls, as the callers see them.
 *
 * @param ways the ways of the answered calls
 * @param errors the failures of the other calls
 * @param retries made by all meshes
 * @param ejecting the number of meshes that reported an ejection
 */
record Round(List<Hop.Way> ways, List<String> errors, int retries, int ejecting) {
    /** Calls from one service to another. */
    int hops() {
        return ways.stream().mapToInt(w -> w.hops().size() - 1).sum();
    }

    int crossings() {
        return ways.stream().mapToInt(Hop.Way::crossings).sum();
    }

    /** Calls whose first hop is in that zone. */
    int into(String zone) {
        return (int)
                ways.stream().filter(w -> w.hops().get(0).zone().equals(zone)).count();
    }

    int through(String service, String version) {
        return (int) ways.stream().filter(w -> w.passes(service, version)).count();
    }
}
