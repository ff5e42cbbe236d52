package dev.meshclient.test;

import dev.meshclient.internal.endpoint.Resolver;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;

/** Gives each name an address of its own, and tells the name of an address. */
final class FakeNames implements Resolver {
    /** RFC 5737: addresses for documentation; no host has them. */
    private static final String NET = "192.0.2.";

    private static final int MOST = 254;

    private final List<String> names = new ArrayList<>(); // guarded by this

    @Override
    public synchronized List<String> addresses(String name) throws IOException {
        if (!names.contains(name)) {
            if (names.size() == MOST) {
                throw new IOException("TestMesh has addresses for " + MOST + " names, and none for '" + name + "'");
            }
            names.add(name);
        }
        return List.of(NET + (names.indexOf(name) + 1));
    }

    /** The endpoint as the document states it: with the name instead of its address. */
    synchronized String stated(String endpoint) {
        for (int i = 0; i < names.size(); i++) {
            String address = NET + (i + 1) + ":";
            if (endpoint.startsWith(address)) {
                return names.get(i) + endpoint.substring(address.length() - 1);
            }
        }
        return endpoint;
    }
}
