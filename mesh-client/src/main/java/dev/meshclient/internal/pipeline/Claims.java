package dev.meshclient.internal.pipeline;

import java.util.Locale;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/** Hosts that are the mesh's for good: those the builder claims, and those that a policy ever listed in this process. */
final class Claims {
    private final Set<String> names = ConcurrentHashMap.newKeySet();
    private final Set<String> suffixes = ConcurrentHashMap.newKeySet();
    private volatile boolean all;

    /** {@code orders}, {@code orders:8080}, {@code *.suffix} or {@code *}; a port does not narrow a claim. */
    void add(String pattern) {
        String host = Hosts.parse(pattern).host();
        if (host.equals("*")) {
            all = true;
        } else if (host.startsWith("*.")) {
            suffixes.add(host.substring(1).toLowerCase(Locale.ROOT));
        } else {
            names.add(host);
        }
    }

    boolean has(String host) {
        if (all || names.contains(host)) {
            return true;
        }
        for (int dot = host.indexOf('.'); dot >= 0 && !suffixes.isEmpty(); dot = host.indexOf('.', dot + 1)) {
            if (suffixes.contains(host.substring(dot))) {
                return true;
            }
        }
        return false;
    }
}
