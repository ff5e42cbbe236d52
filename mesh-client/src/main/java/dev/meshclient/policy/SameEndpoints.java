package dev.meshclient.policy;

import java.util.List;
import java.util.Objects;

/** Finds endpoints that are listed twice, with a table of their positions that takes 8 to 16 bytes for each endpoint. */
final class SameEndpoints {
    private final List<Endpoint> endpoints;
    private final int[] table;

    SameEndpoints(List<Endpoint> endpoints) {
        this.endpoints = endpoints;
        this.table = new int[Integer.highestOneBit(Math.max(1, endpoints.size())) * 4];
    }

    /** Whether an earlier endpoint has the same cluster, address and port. Call it once for each endpoint. */
    boolean hasEarlier(int at) {
        Endpoint e = endpoints.get(at);
        String address = e.address();
        int hash = 31 * e.port() + Objects.hashCode(e.cluster());
        for (int i = 0; i < address.length(); i++) {
            hash = 31 * hash + Character.toLowerCase(address.charAt(i));
        }
        int slot = (hash ^ hash >>> 16) & table.length - 1;
        for (; table[slot] > 0; slot = slot + 1 & table.length - 1) {
            Endpoint other = endpoints.get(table[slot] - 1);
            if (other.port() == e.port()
                    && Objects.equals(other.cluster(), e.cluster())
                    && other.address().equalsIgnoreCase(address)) {
                return true;
            }
        }
        table[slot] = at + 1;
        return false;
    }
}
