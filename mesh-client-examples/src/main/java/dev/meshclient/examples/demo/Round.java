package dev.meshclient.examples.demo;

import java.util.List;

/**
 * What the callers saw of a number of calls.
 *
 * @param ways of the calls that were answered
 * @param errors of those that were not
 * @param retries made by all meshes
 */
record Round(List<Hop.Way> ways, List<String> errors, int retries) {
    /** Calls from one service to another. */
    int hops() {
        return ways.stream().mapToInt(w -> w.hops().size() - 1).sum();
    }

    int crossings() {
        return ways.stream().mapToInt(Hop.Way::crossings).sum();
    }

    int through(String service, String version) {
        return (int) ways.stream().filter(w -> w.passes(service, version)).count();
    }
}
