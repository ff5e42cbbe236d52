package dev.meshclient.internal.time;

import java.util.concurrent.locks.LockSupport;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Coarse timers that almost never fire. Arming links a node into one of a few lists, disarming unlinks it, and a daemon
 * thread checks all armed timers once a tick. No call wakes a thread: the watchdog ticks on for a second after the last
 * timer, then parks until the next one. Not a heap: nearly all timers are disarmed, so they would pay for an order that
 * is never used, and a heap wakes its thread whenever the new timer is the first.
 */
final class Watchdog {
    private static final Logger LOG = LoggerFactory.getLogger("dev.meshclient");
    private static final int STRIPES = 8;
    private static final long LINGER_NANOS = 1_000_000_000L;

    private final String name;
    private final LongSupplier clock;
    private final long tickNanos;
    private final Alarm[] heads = new Alarm[STRIPES];
    private final Alarm due = new Action(() -> {}); // the due timers of the list that is swept; guarded by that list
    private @Nullable Thread thread; // guarded by this; null: not started, or ended
    private volatile boolean parked = true;
    private volatile boolean closed;

    Watchdog(String name, LongSupplier clock, long tickNanos) {
        this.name = name;
        this.clock = clock;
        this.tickNanos = tickNanos;
        for (int i = 0; i < STRIPES; i++) {
            heads[i] = new Action(() -> {});
        }
    }

    Time.Timer arm(long at, Runnable action) {
        Alarm alarm = new Action(action);
        arm(alarm, at);
        return alarm;
    }

    void arm(Alarm alarm, long at) {
        Alarm list = heads[(int) Thread.currentThread().getId() & (STRIPES - 1)];
        synchronized (list) {
            alarm.at = at;
            alarm.armed = list;
            alarm.linkAfter(list);
        }
        if (parked) {
            wake();
        }
    }

    private synchronized void wake() {
        Thread running = thread;
        if (running == null) {
            running = new Thread(this::run, name);
            running.setDaemon(true);
            running.start(); // where no thread can be had this throws, and the next timer tries again
            thread = running;
        } else {
            LockSupport.unpark(running);
        }
    }

    /** The thread ends as soon as no timer is armed: calls in flight keep their deadlines. */
    synchronized void close() {
        closed = true;
        LockSupport.unpark(thread);
    }

    private synchronized boolean ends() {
        boolean idle = isEmpty();
        if (idle) {
            thread = null;
        }
        return idle;
    }

    private void run() {
        parked = false;
        long lastBusy = clock.getAsLong();
        while (true) {
            boolean ignored = Thread.interrupted(); // an action that left the flag set would prevent parking
            long now = clock.getAsLong();
            boolean busy = sweep(now);
            if (busy) {
                lastBusy = now;
            }
            // Both sides check again after the flag is set: the arming thread sees the flag, or this one its node.
            if (closed && !busy) {
                parked = true;
                if (ends()) {
                    return;
                }
                parked = false;
            } else if (now - lastBusy > LINGER_NANOS) {
                parked = true;
                if (isEmpty() && !closed) {
                    LockSupport.park(this);
                }
                parked = false;
                lastBusy = clock.getAsLong();
                continue;
            }
            LockSupport.parkNanos(this, tickNanos);
        }
    }

    /** Fires the due timers. Returns whether any timer was armed. */
    private boolean sweep(long now) {
        boolean any = false;
        for (Alarm list : heads) {
            synchronized (list) {
                for (Alarm alarm = list.next; alarm != list; ) {
                    Alarm next = alarm.next;
                    any = true;
                    if (alarm.at <= now) {
                        alarm.unlink();
                        alarm.linkAfter(due);
                    }
                    alarm = next;
                }
            }
            Alarm alarm = nextDue(list);
            while (alarm != null) { // outside the lock: an action may arm again
                ring(alarm);
                alarm = nextDue(list);
            }
        }
        return any;
    }

    private @Nullable Alarm nextDue(Alarm list) {
        synchronized (list) { // it may be cancelled meanwhile
            Alarm first = due.next;
            first.unlink();
            return first == due ? null : first;
        }
    }

    private static void ring(Alarm alarm) {
        try {
            alarm.ring(alarm.at);
        } catch (Throwable e) { // a broken action must not stop the clock
            LOG.error("a timer's action failed", e);
        }
    }

    private boolean isEmpty() {
        for (Alarm list : heads) {
            synchronized (list) {
                if (list.next != list) {
                    return false;
                }
            }
        }
        return true;
    }

    private static final class Action extends Alarm {
        private final Runnable action;

        Action(Runnable action) {
            this.action = action;
        }

        @Override
        protected void ring(long due) {
            action.run();
        }
    }
}
