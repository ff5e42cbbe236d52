package dev.meshclient.internal.entry;

import dev.meshclient.Workload;
import dev.meshclient.internal.pipeline.HostPattern;
import dev.meshclient.internal.source.WantedHosts;
import dev.meshclient.internal.time.Time;
import dev.meshclient.policy.DocumentScope;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.SortedSet;
import java.util.TreeSet;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Predicate;

/**
 * Decider: the hosts to request from a source that loads policy on demand. Hosts that the policy lists stay, and so do those
 * that the builder claims by name; any other host is dropped some time after the last call to it.
 */
final class HostInterest {
    /** Limit of the requested hosts: calls may use any names, and each request carries all of them. */
    static final int MOST = 256;

    /** Too many other hosts are requested. */
    static final long FULL = -1;

    /** No document can cover the host. */
    static final long CANNOT = -2;

    static final long REMEMBERED_NANOS = 30_000_000_000L;

    private final Predicate<String> listed;
    private final long rememberedNanos;
    private final Map<String, Ask> asks = new HashMap<>();
    private final List<Runnable> wakes = new CopyOnWriteArrayList<>();

    private static final class Ask {
        final boolean forGood;
        long askedAt;
        long calledAt;

        Ask(boolean forGood, long now) {
            this.forGood = forGood;
            this.askedAt = now;
            this.calledAt = now;
        }
    }

    /**
     * @param listed whether the policy in force lists a host
     * @param waitNanos how long calls wait for an answer
     */
    HostInterest(Predicate<String> listed, long waitNanos) {
        this.listed = listed;
        this.rememberedNanos = Math.max(REMEMBERED_NANOS, waitNanos);
    }

    /** The hosts known before any call. Zone balancing needs the own service: the number of its instances in each zone. */
    static List<String> known(Workload workload, List<String> claimed) {
        Set<String> known = new LinkedHashSet<>();
        String own = workload.service();
        if (!own.equals(Workload.unknown().service())) {
            known.add(own.toLowerCase(Locale.ROOT));
        }
        for (String authority : claimed) {
            HostPattern pattern = HostPattern.parse(authority);
            if (pattern.isExact()) {
                known.add(HostPattern.spelled(pattern.host()));
            }
        }
        known.removeIf(host -> !DocumentScope.canHold(host));
        return List.copyOf(known);
    }

    /** The requested hosts at any time. */
    WantedHosts wanted(Time time) {
        return new WantedHosts() {
            @Override
            public SortedSet<String> hosts() {
                return HostInterest.this.hosts(time.now());
            }

            @Override
            public void onAsk(Runnable wake) {
                wakes.add(wake);
            }
        };
    }

    /** Hosts that are requested whether they are called or not. */
    synchronized void forGood(Collection<String> hosts, long now) {
        for (String host : hosts) {
            if (asks.size() < MOST) {
                asks.put(host, new Ask(true, now));
            }
        }
    }

    /** Hosts that an earlier process requested; those that no policy lists and no call uses are dropped like any other. */
    void resume(Collection<String> hosts, long now) {
        int before;
        int after;
        synchronized (this) {
            before = asks.size();
            hosts.stream()
                    .filter(host -> !asks.containsKey(host))
                    .limit(MOST - before)
                    .forEach(host -> asks.put(host, new Ask(false, now)));
            after = asks.size();
        }
        if (after > before) {
            wakes.forEach(Runnable::run);
        }
    }

    /**
     * Records a call to this host, for which there is no policy. Requests the host unless it was requested a moment ago.
     *
     * @return when it was requested, or {@link #FULL}
     */
    long want(String host, long now) {
        synchronized (this) {
            Ask ask = asks.get(host);
            if (ask == null) {
                if (asks.size() >= MOST && !makeRoom(now)) {
                    return FULL;
                }
                asks.put(host, new Ask(false, now));
            } else {
                ask.calledAt = now;
                if (now - ask.askedAt < rememberedNanos) {
                    return ask.askedAt;
                }
                ask.askedAt = now;
            }
        }
        wakes.forEach(Runnable::run);
        return now;
    }

    /** Drops a host that is not listed in favour of one that is called now: invented names do not block real ones. */
    private boolean makeRoom(long now) {
        forget(now);
        if (asks.size() >= MOST) {
            asks.entrySet().stream()
                    .filter(e -> !e.getValue().forGood && !listed.test(e.getKey()))
                    .min(Comparator.comparingLong(e -> e.getValue().calledAt))
                    .map(Map.Entry::getKey)
                    .ifPresent(asks::remove);
        }
        return asks.size() < MOST;
    }

    private void forget(long now) {
        asks.entrySet().removeIf(e -> {
            Ask ask = e.getValue();
            return !ask.forGood && now - ask.calledAt >= rememberedNanos && !listed.test(e.getKey());
        });
    }

    /** Sorted, so that meshes with the same hosts send the same request. */
    synchronized SortedSet<String> hosts(long now) {
        forget(now);
        return new TreeSet<>(asks.keySet());
    }
}
