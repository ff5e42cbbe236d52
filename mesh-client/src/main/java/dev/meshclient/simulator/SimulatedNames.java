package dev.meshclient.simulator;

import dev.meshclient.internal.endpoint.Resolver;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** Gives each name one address, so that no name server is asked. */
final class SimulatedNames implements Resolver {
    /** RFC 2544: addresses for benchmarks; no host has them. */
    private static final String NET = "198.18.";

    private final Map<String, String> addresses = new HashMap<>();
    private final Map<String, String> names = new HashMap<>();

    @Override
    public List<String> addresses(String name) {
        return List.of(addresses.computeIfAbsent(name, fresh -> {
            int number = addresses.size();
            String address = NET + number / 250 + "." + (number % 250 + 1);
            names.put(address, fresh);
            return address;
        }));
    }

    /** The endpoint as the document states it: with the name in place of its address. */
    String stated(String endpoint) {
        int colon = endpoint.lastIndexOf(':');
        String name = endpoint.startsWith(NET) ? names.get(endpoint.substring(0, colon)) : null;
        return name == null ? endpoint : name + endpoint.substring(colon);
    }
}
