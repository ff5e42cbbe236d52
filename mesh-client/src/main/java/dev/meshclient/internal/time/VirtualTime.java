package dev.meshclient.internal.time;

import java.time.Instant;
import java.time.InstantSource;
import java.util.random.RandomGenerator;

/**
 * Time that jumps from event to event, for production code that blocks. Tasks run on real threads, of which exactly one has
 * the turn; what happens at the same instant happens in an order drawn by the seed, so another seed is another
 * interleaving and the same seed is the same run, on every JDK and kind of thread.
 *
 * <p>A run fails, and says at what virtual time, by which task and where: on an exception of a task or timer, a deadlock, a
 * task or timer that outlives the root, a task that spins on the clock, time that stands still, a timer's action that
 * waits, a second waiter of a signal, a thread that is not ours or not in turn, and on a task that blocks past {@link Time}.
 *
 * <p>Between two waits nothing interrupts a task: data races want a stress test, not this.
 */
public final class VirtualTime implements Time {
    private static final int PATIENCE = 50;
    private static final long MILLI = 1_000_000;
    private static final Instant ORIGIN = Instant.ofEpochSecond(1_000_000_000);

    private final Scheduler scheduler;
    private final int patience;

    VirtualTime(ThreadKind kind, long seed, long tick, int patience) {
        this.scheduler = new Scheduler(kind.factory(), seed, new Agenda(seed, tick));
        this.patience = patience;
    }

    /** Every instant is its own: for numbers. */
    public static VirtualTime continuous(ThreadKind kind, long seed) {
        return new VirtualTime(kind, seed, 1, PATIENCE);
    }

    /** All waits and timers end at whole milliseconds, so that events meet and the seed tries their orders: for races. */
    public static VirtualTime inWholeMillis(ThreadKind kind, long seed) {
        return new VirtualTime(kind, seed, MILLI, PATIENCE);
    }

    /** The work of the root task. */
    @FunctionalInterface
    public interface Root {
        void run() throws Exception;
    }

    /**
     * Runs the root task and whatever it starts. When it returns nothing may be left: it waits for the tasks it started with
     * {@link #join} and closes what it opened.
     *
     * @throws AssertionError what went wrong
     */
    public void run(Root root) {
        scheduler.run(
                () -> {
                    try {
                        root.run();
                    } catch (RuntimeException e) {
                        throw e;
                    } catch (Exception e) {
                        throw new AssertionError(e);
                    }
                },
                patience);
    }

    /** For the root: waits until no other task is left. */
    public void join() {
        scheduler.awaitLonely();
    }

    /** Interrupts the tasks of this name, as {@link Thread#interrupt} would. */
    public void interrupt(String task) {
        scheduler.interrupt(task);
    }

    @Override
    public long now() {
        return scheduler.read();
    }

    @Override
    public InstantSource wall() {
        return () -> ORIGIN.plusNanos(scheduler.read());
    }

    @Override
    public RandomGenerator random() {
        return scheduler.random();
    }

    /** A random source of its own for a script: its draws shift those of no task. Equal seeds and streams give equal draws. */
    public RandomGenerator random(long stream) {
        return scheduler.stream(stream);
    }

    @Override
    public Signal signal(String name) {
        return new VirtualSignal(scheduler, name);
    }

    @Override
    public Timer at(long at, String name, Runnable action) {
        return scheduler.arm(at, name, action);
    }

    @Override
    public void start(String name, Runnable task) {
        scheduler.start(name, task);
    }
}
