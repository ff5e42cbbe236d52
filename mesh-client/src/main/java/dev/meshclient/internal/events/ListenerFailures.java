package dev.meshclient.internal.events;

import dev.meshclient.internal.time.Interrupts;
import dev.meshclient.internal.time.LogThrottle;
import dev.meshclient.internal.time.Time;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Logs what observers and listeners throw: the failures of one class at most once a minute. */
final class ListenerFailures {
    private static final long MINUTE = 60_000_000_000L;

    private final Time time;
    private final Logger log;
    private final Map<String, LogThrottle> throttles =
            new ConcurrentHashMap<>(); // by class: few, and given at the build

    ListenerFailures(Time time) {
        this(time, LoggerFactory.getLogger("dev.meshclient.telemetry"));
    }

    ListenerFailures(Time time, Logger log) {
        this.time = time;
        this.log = log;
    }

    void log(Object observer, Throwable e) {
        Interrupts.keep(e);
        String name = observer.getClass().getName();
        if (throttles.computeIfAbsent(name, n -> new LogThrottle(MINUTE)).allows(name, time.now())) {
            log.warn("{} failed; calls go on, and the next of its failures is logged in a minute", name, e);
        }
    }
}
