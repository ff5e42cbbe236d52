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
    private static final Logger LOG = LoggerFactory.getLogger(Watchdog.class);
    private static final int STRIPES = 8;
    private static final long LINGER_NANOS = 1_000_000_000L;

    private final String name;
    private final LongSupplier clock;
    private final long tickNanos;
    private final Node[] heads = new Node[STRIPES];
    private @Nullable Thread thread; // guarded by this; null: not started, or ended
    private volatile boolean parked = true;
    private volatile boolean closed;

    Watchdog(String name, LongSupplier clock, long tickNanos) {
        this.name = name;
        this.clock = clock;
        this.tickNanos = tickNanos;
        for (int i = 0; i < STRIPES; i++) {
            heads[i] = new Node();
        }
    }

    Time.Timer arm(long at, Runnable action) {
        Node head = heads[(int) Thread.currentThread().getId() & (STRIPES - 1)];
        Node node = new Node(head, at, action);
        synchronized (head) {
            node.linkAfter(head);
        }
        if (parked) {
            wake();
        }
        return node;
    }

    private synchronized void wake() {
        Thread running = thread;
        if (running == null) {
            running = new Thread(this::run, name);
            running.setDaemon(true);
            thread = running;
            running.start();
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
            // Both sides check again after the flag is set: the arming thread sees the flag, or this thread sees its
            // node.
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
        for (Node head : heads) {
            Node due = null;
            synchronized (head) {
                for (Node node = head.next; node != head; ) {
                    Node next = node.next;
                    any = true;
                    if (node.at <= now) {
                        node.unlink();
                        node.chain = due;
                        due = node;
                    }
                    node = next;
                }
            }
            while (due != null) { // outside the lock: an action may arm again
                Node next = due.chain;
                due.chain = null; // a reference to one timer must not keep all that fired with it
                due.fire();
                due = next;
            }
        }
        return any;
    }

    private boolean isEmpty() {
        for (Node head : heads) {
            synchronized (head) {
                if (head.next != head) {
                    return false;
                }
            }
        }
        return true;
    }

    private static final class Node implements Time.Timer {
        private final Node head;
        private final long at;
        private @Nullable Runnable action;
        private Node prev;
        private Node next;
        private @Nullable Node chain;

        /** The head of a list. */
        Node() {
            this.head = this;
            this.at = 0;
            this.prev = this;
            this.next = this;
        }

        Node(Node head, long at, Runnable action) {
            this.head = head;
            this.at = at;
            this.action = action;
            this.prev = this;
            this.next = this;
        }

        void linkAfter(Node other) {
            prev = other;
            next = other.next;
            other.next.prev = this;
            other.next = this;
        }

        void unlink() {
            next.prev = prev;
            prev.next = next;
            next = this;
            prev = this;
        }

        @Override
        public void cancel() {
            synchronized (head) {
                unlink();
                action = null;
            }
        }

        void fire() {
            Runnable mine;
            synchronized (head) {
                mine = action;
                action = null;
            }
            if (mine == null) {
                return;
            }
            try {
                mine.run();
            } catch (Throwable e) { // a broken action must not stop the clock
                LOG.error("a timer's action failed", e);
            }
        }
    }
}
