package dev.meshclient.internal.time;

import java.io.InterruptedIOException;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.PriorityQueue;
import java.util.SplittableRandom;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/**
 * The time of users' tests. It stands still until a test moves it, or a call waits: a back-off or a slow answer moves it on the
 * calling thread, as far as needed. It waits in real time only for tasks of the mesh that run just now.
 */
public final class ManualTime implements Time {
    private static final long PATIENCE_MILLIS = 10_000;
    private static final Instant ORIGIN = Instant.parse("2026-01-01T00:00:00Z"); // fixed: each run is the same

    private final RandomGenerator random; // guarded by this: a SplittableRandom is not thread-safe
    private final PriorityQueue<Armed> timers = new PriorityQueue<>();
    private long now;
    private long order;
    private int busy; // tasks that run and do not wait

    /** @param seed of the random numbers: equal seeds give equal draws */
    public ManualTime(long seed) {
        SplittableRandom numbers = new SplittableRandom(seed);
        this.random = () -> {
            synchronized (this) {
                return numbers.nextLong();
            }
        };
    }

    private record Armed(long at, long order, Runnable action) implements Comparable<Armed> {
        @Override
        public int compareTo(Armed other) {
            return at != other.at ? Long.compare(at, other.at) : Long.compare(order, other.order);
        }
    }

    /** A thread of the mesh: it waits for the clock, and never moves it. */
    private final class Task extends Thread {
        private final Runnable work;

        Task(String name, Runnable work) {
            super(name);
            this.work = work;
            setDaemon(true);
        }

        @Override
        public void run() {
            try {
                work.run();
            } finally {
                runs(-1);
            }
        }
    }

    private synchronized void runs(int more) {
        busy += more;
        notifyAll();
    }

    /**
     * Moves the clock, and runs what becomes due, in its order.
     *
     * @throws IllegalArgumentException if the duration is negative
     */
    public void advance(Duration duration) {
        if (duration.isNegative()) {
            throw new IllegalArgumentException("the clock is advanced by 0 or more, not by " + duration);
        }
        long until = now() + Time.nanos(duration);
        Runnable due;
        do {
            due = next(until);
            if (due != null) {
                due.run();
            }
        } while (due != null || now() < until);
        awaitTasks();
    }

    /** Waits until all tasks wait or have ended; not for ever, as one may wait for a network. */
    private synchronized void awaitTasks() {
        long patience = System.nanoTime() + PATIENCE_MILLIS * 1_000_000;
        boolean interrupted = false;
        while (busy > 0 && System.nanoTime() < patience) {
            try {
                wait(PATIENCE_MILLIS / 10);
            } catch (InterruptedException e) {
                interrupted = true;
                break;
            }
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }

    /** Moves the clock to the next timer, whose action is returned, or to {@code until}. */
    private @Nullable Runnable next(long until) {
        awaitTasks();
        synchronized (this) {
            Armed first = timers.peek();
            if (first == null || first.at > until) {
                now = Math.max(now, until);
                return null;
            }
            timers.remove(first);
            now = Math.max(now, first.at);
            return first.action;
        }
    }

    @Override
    public synchronized long now() {
        return now;
    }

    @Override
    public InstantSource wall() {
        return () -> ORIGIN.plusNanos(now());
    }

    @Override
    public RandomGenerator random() {
        return random;
    }

    @Override
    public Signal signal(String name) {
        return new ManualSignal();
    }

    @Override
    public synchronized Timer at(long at, String name, Runnable action) {
        Armed armed = new Armed(at, order++, action);
        timers.add(armed);
        return () -> {
            synchronized (this) {
                timers.remove(armed);
            }
        };
    }

    @Override
    public void start(String name, Runnable task) {
        runs(1);
        new Task(name, task).start();
    }

    private final class ManualSignal implements Signal {
        private boolean raised; // guarded by the time
        private boolean parked; // a task waits

        @Override
        public boolean await(long until) throws InterruptedIOException {
            return Thread.currentThread() instanceof Task ? park(until) : move(until);
        }

        @Override
        public void raise() {
            synchronized (ManualTime.this) {
                raised = true;
                unpark();
            }
        }

        /** The task counts as running at once: the clock must not move before it has run. */
        private void unpark() {
            synchronized (ManualTime.this) {
                if (parked) {
                    parked = false;
                    runs(1);
                }
                ManualTime.this.notifyAll();
            }
        }

        private boolean take() {
            synchronized (ManualTime.this) {
                boolean was = raised;
                raised = false;
                return was;
            }
        }

        private boolean park(long until) throws InterruptedIOException {
            synchronized (ManualTime.this) {
                if (take()) {
                    return true;
                }
                if (now >= until) {
                    return false;
                }
                Timer timer = until == NEVER ? () -> {} : at(until, "park", this::unpark);
                parked = true;
                runs(-1);
                try {
                    while (parked) {
                        ManualTime.this.wait();
                    }
                } catch (InterruptedException e) {
                    unpark();
                    Thread.currentThread().interrupt();
                    throw new InterruptedIOException("interrupted");
                } finally {
                    timer.cancel();
                }
                return take();
            }
        }

        private boolean move(long until) throws InterruptedIOException {
            while (!take()) {
                if (now() >= until) {
                    return false;
                }
                if (Thread.currentThread().isInterrupted()) {
                    throw new InterruptedIOException("interrupted");
                }
                if (until == NEVER) {
                    waitForRaise();
                    continue;
                }
                awaitTasks();
                if (take()) {
                    return true;
                }
                Runnable due = next(until);
                if (due != null) {
                    due.run();
                }
            }
            return true;
        }

        private void waitForRaise() throws InterruptedIOException {
            synchronized (ManualTime.this) {
                try {
                    while (!raised) {
                        ManualTime.this.wait();
                    }
                } catch (InterruptedException e) {
                    Thread.currentThread().interrupt();
                    throw new InterruptedIOException("interrupted");
                }
            }
        }
    }
}
