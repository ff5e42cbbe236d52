package dev.meshclient.internal.time;

import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Starts a task at a time, and tries again while no thread can be had. */
final class LaterTask implements Time.Timer {
    private static final Logger LOG = LoggerFactory.getLogger("dev.meshclient");
    private static final long AGAIN_NANOS = 60_000_000_000L;

    private final Time time;
    private final String name;
    private final Runnable task;
    private Time.@Nullable Timer timer;
    private boolean cancelled;

    LaterTask(Time time, String name, Runnable task) {
        this.time = time;
        this.name = name;
        this.task = task;
    }

    synchronized LaterTask at(long at) {
        if (!cancelled) {
            timer = time.at(at, name, this::start);
        }
        return this;
    }

    private void start() {
        try {
            time.start(name, task);
        } catch (RuntimeException | Error e) {
            LOG.error("no thread for '{}'; trying again in 60 s", name, e);
            at(time.now() + AGAIN_NANOS);
        }
    }

    @Override
    public synchronized void cancel() {
        cancelled = true;
        if (timer != null) {
            timer.cancel();
        }
    }
}
