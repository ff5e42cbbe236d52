package dev.meshclient.examples.demo;

import java.util.ArrayList;
import java.util.List;

/** One instance on the way of a call: as text {@code service-b/v1/c}. */
record Hop(String service, String version, String zone) {

    /** The way of one call, in order; as text the hops with a space between. */
    record Way(List<Hop> hops) {
        static Way parse(String text) {
            List<Hop> hops = new ArrayList<>();
            for (String hop : text.split(" ", -1)) {
                String[] parts = hop.split("/", -1);
                if (parts.length != 3) {
                    throw new IllegalArgumentException("not the way of a call: " + text);
                }
                hops.add(new Hop(parts[0], parts[1], parts[2]));
            }
            return new Way(List.copyOf(hops));
        }

        /** The number of its changes from one zone to another. */
        int crossings() {
            int crossings = 0;
            for (int i = 1; i < hops.size(); i++) {
                crossings += hops.get(i).zone.equals(hops.get(i - 1).zone) ? 0 : 1;
            }
            return crossings;
        }

        boolean passes(String service, String version) {
            return hops.stream().anyMatch(h -> h.service.equals(service) && h.version.equals(version));
        }
    }

    @Override
    public String toString() {
        return service + "/" + version + "/" + zone;
    }
}
