package dev.meshclient.internal.resolve;

import dev.meshclient.internal.call.Attempt;
import dev.meshclient.internal.endpoint.Resolver;
import dev.meshclient.internal.time.Interrupts;
import dev.meshclient.internal.time.Time;
import java.util.ArrayDeque;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The addresses of names. Each name is looked up at once and then about every 30 s; a failure is logged and keeps the
 * addresses, since an old address is better than none. Outlives policies.
 */
public final class DnsCache {
    private static final Logger LOG = LoggerFactory.getLogger("dev.meshclient.endpoints");
    private static final long INTERVAL_NANOS = 30_000_000_000L;
    private static final long FIRST_PAUSE_NANOS = 1_000_000_000L;
    private static final int AT_ONCE = 8;

    private final Time time;
    private final Resolver resolver;
    private final Runnable changed;
    private final Map<String, DnsEntry> names = new HashMap<>();
    private final Queue<DnsEntry> due = new ArrayDeque<>();
    private final Set<Attempt> waiting = new LinkedHashSet<>(); // woken in the order of arrival
    private int threads;
    private volatile boolean unlisted; // an update of the endpoint lists has failed
    private boolean closed;

    /** @param changed runs after the addresses of a name have changed, on the thread of the lookup */
    public DnsCache(Time time, Resolver resolver, Runnable changed) {
        this.time = time;
        this.resolver = resolver;
        this.changed = changed;
    }

    /** The entry of this name; starts to look it up. */
    synchronized DnsEntry name(String text) {
        DnsEntry known = names.get(text);
        if (known == null) {
            known = new DnsEntry(text);
            names.put(text, known);
            lookUp(known);
        }
        return known;
    }

    /** Whether no name is looked up. */
    public synchronized boolean isEmpty() {
        return names.isEmpty();
    }

    /** Stops the lookups of all other names. */
    public synchronized void retain(Set<String> used) {
        due.removeIf(name -> !used.contains(name.text));
        names.values().removeIf(name -> {
            boolean unused = !used.contains(name.text);
            if (unused) {
                name.stop();
            }
            return unused;
        });
    }

    /** Stops all lookups and keeps the known addresses. */
    public void close() {
        synchronized (this) {
            closed = true;
            names.values().forEach(DnsEntry::stop);
            due.clear();
        }
        raiseWaiting();
    }

    synchronized boolean isClosed() {
        return closed;
    }

    /** Wakes the attempt whenever a lookup has ended. */
    synchronized void wake(Attempt attempt) {
        waiting.add(attempt);
    }

    synchronized void letSleep(Attempt attempt) {
        waiting.remove(attempt);
    }

    private void raiseWaiting() {
        List<Attempt> attempts;
        synchronized (this) {
            attempts = List.copyOf(waiting);
        }
        attempts.forEach(Attempt::raise);
    }

    /** All names share a few threads: a name server that does not answer blocks each lookup for seconds. */
    private synchronized void lookUp(DnsEntry name) {
        if (closed || names.get(name.text) != name) {
            return;
        }
        due.add(name);
        if (threads < AT_ONCE) {
            time.start("resolve", this::work); // the thread waits for this lock
            threads++;
        }
    }

    /** Where no thread can be had the known addresses stay, and the name is looked up later. */
    private synchronized void lookUpAgain(DnsEntry name) {
        try {
            lookUp(name);
        } catch (RuntimeException | Error e) {
            due.remove(name);
            LOG.error("no thread to look up '{}'; trying again in 30 s", name.text, e);
            name.next(time.at(time.now() + INTERVAL_NANOS, "resolve " + name.text, () -> lookUpAgain(name)));
        }
    }

    private void work() {
        for (DnsEntry name = next(); name != null; name = next()) {
            try {
                look(name);
            } catch (Throwable e) { // Kotlin may throw any, and the thread serves all names
                Interrupts.keep(e);
                LOG.error(
                        "the addresses of '{}' did not reach all endpoint lists; the next lookup tries again",
                        name.text,
                        e);
            }
        }
    }

    private synchronized @Nullable DnsEntry next() {
        DnsEntry name = due.poll();
        if (name == null) {
            threads--;
        }
        return name;
    }

    private void look(DnsEntry name) {
        DnsEntry.Answer before = name.answer();
        DnsEntry.Answer fresh = ask(name.text, before);
        synchronized (this) {
            if (closed || names.get(name.text) != name) {
                return;
            }
            name.answer(fresh, time.at(fresh.nextAt(), "resolve " + name.text, () -> lookUpAgain(name)));
        }
        log(name.text, before, fresh);
        try {
            if (unlisted || !fresh.addresses().equals(before.addresses())) {
                unlisted = false;
                changed.run();
            }
        } catch (Throwable e) { // Kotlin may throw any
            unlisted = true;
            throw e;
        } finally {
            name.listsUpdated();
            raiseWaiting();
        }
    }

    private DnsEntry.Answer ask(String name, DnsEntry.Answer before) {
        String failure;
        try {
            List<String> addresses =
                    resolver.addresses(name).stream().distinct().sorted().toList();
            if (!addresses.isEmpty()) {
                return new DnsEntry.Answer(addresses, 0, "", time.now() + jittered(INTERVAL_NANOS));
            }
            failure = "it has no address";
        } catch (Throwable e) { // Kotlin may throw any; whatever the failure, the name is looked up again
            Interrupts.keep(e);
            failure = e.toString();
        }
        int failures = before.failures() + 1;
        long pause = before.addresses().isEmpty()
                ? Math.min(INTERVAL_NANOS, FIRST_PAUSE_NANOS << Math.min(failures - 1, 5))
                : INTERVAL_NANOS;
        return new DnsEntry.Answer(before.addresses(), failures, failure, time.now() + jittered(pause));
    }

    /** Up to a tenth shorter or longer, so that processes that start together do not query together. */
    private long jittered(long nanos) {
        return (long) (nanos * (0.9 + time.random().nextDouble() / 5));
    }

    /** Logs each change once. */
    private static void log(String name, DnsEntry.Answer before, DnsEntry.Answer now) {
        if (now.failures() == 1) {
            LOG.warn(
                    "name '{}' cannot be resolved, it stands for {} as before: {}",
                    name,
                    before.addresses(),
                    now.failure());
        } else if (now.failures() == 0
                && (before.failures() > 0 || !now.addresses().equals(before.addresses()))) {
            LOG.info("name '{}' stands for {}, before for {}", name, now.addresses(), before.addresses());
        }
    }
}
