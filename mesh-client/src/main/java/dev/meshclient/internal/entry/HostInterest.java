package dev.meshclient.internal.entry;

import java.util.Collection;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.SortedSet;
import java.util.TreeSet;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Predicate;

/**
 * Decider: which hosts a source that has policy by the host is asked for. Those that policy lists stay, and so do those that
 * the builder claims by name; any other is forgotten a while after the last call to it.
 */
final class HostInterest {
    /** Names of calls come from anywhere, and each is carried by every request. */
    static final int MOST = 256;

    /** Too many others are asked for. */
    static final long FULL = -1;

    /** No document can speak of it. */
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

    /** Hosts that are asked for whether they are called or not. */
    synchronized void forGood(Collection<String> hosts, long now) {
        hosts.stream().limit(MOST - asks.size()).forEach(host -> asks.put(host, new Ask(true, now)));
    }

    /** Hosts that an earlier process asked for; those that nobody lists or calls are forgotten as any other. */
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
     * There is a call to this host, and no policy for it. The source is asked, unless it was a moment ago.
     *
     * @return when it was asked, or {@link #FULL}
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

    /** A host that is not listed goes for one that is called now: names that somebody makes up keep no other out. */
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

    /** Sorted, so that all who want the same hosts ask for the same. */
    synchronized SortedSet<String> hosts(long now) {
        forget(now);
        return new TreeSet<>(asks.keySet());
    }

    /** Is run when the source is to be asked, on the thread of a call. */
    void onAsk(Runnable wake) {
        wakes.add(wake);
    }
}
