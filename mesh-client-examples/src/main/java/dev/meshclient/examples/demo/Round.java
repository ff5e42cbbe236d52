package dev.meshclient.examples.demo;

import java.util.List;

/**
 * What the callers saw of a number of calls.
 *
 * @param ways of the calls that were answered
 * @param errors of those that were not
 * @param retries made by all meshes
 * @param ejecting meshes that told of an ejection
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
