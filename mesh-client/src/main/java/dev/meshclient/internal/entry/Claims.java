package dev.meshclient.internal.entry;

import dev.meshclient.internal.pipeline.Hosts;
import dev.meshclient.internal.pipeline.Suffixes;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/** Hosts that always belong to the mesh: those the builder claims, and those that any policy has listed in this process. */
final class Claims {
    private final Set<String> known = new HashSet<>(); // in the notation of policies: each is parsed once
    private final Set<String> names = ConcurrentHashMap.newKeySet();
    private final Map<String, Boolean> suffixes = new HashMap<>();
    private volatile Suffixes<Boolean> bySuffix = Suffixes.of(Map.of());
    private volatile boolean all;

    /** {@code orders}, {@code orders:8080}, {@code *.suffix} or {@code *}; a port does not narrow a claim. */
    synchronized void add(Collection<String> authorities) {
        boolean changed = false;
        for (String authority : authorities) {
            if (!known.add(authority)) {
                continue;
            }
            Hosts.Pattern pattern = Hosts.parse(authority);
            if (pattern.host().equals("*")) {
                all = true;
            } else if (pattern.isSuffix()) {
                changed |= suffixes.put(pattern.suffix(), true) == null;
            } else {
                names.add(pattern.host());
            }
        }
        if (changed) {
            bySuffix = Suffixes.of(suffixes);
        }
    }

    boolean has(String host) {
        return all || names.contains(host) || bySuffix.find(host) != null;
    }
}
