package dev.meshclient.internal.time;

import java.time.InstantSource;
import java.util.concurrent.SynchronousQueue;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.BooleanSupplier;
import java.util.random.RandomGenerator;

/** Real time: the system's clock, one watchdog thread for all timers, daemon threads that end when idle. */
public final class RealTime implements Time, AutoCloseable {
    private static final long TICK_NANOS = 10_000_000;

    private final long origin = System.nanoTime();
    private final ThreadPoolExecutor threads;
    private final Watchdog watchdog;

    private RealTime(String name) {
        AtomicInteger number = new AtomicInteger();
        this.threads =
                new ThreadPoolExecutor(0, Integer.MAX_VALUE, 5, TimeUnit.SECONDS, new SynchronousQueue<>(), task -> {
                    return new Own(task, name + "-" + number.incrementAndGet(), this::isStopped);
                });
        this.watchdog = new Watchdog(name + "-timer", this::now, TICK_NANOS);
    }

    private boolean isStopped() {
        return threads.isShutdown();
    }

    /** A thread of a mesh; the mesh interrupts it only at its own end. */
    private static final class Own extends Thread {
        private final BooleanSupplier isStopped;

        Own(Runnable task, String name, BooleanSupplier isStopped) {
            super(task, name);
            this.isStopped = isStopped;
            setDaemon(true);
        }
    }

    /** Whether this is a thread of a mesh that is not at its end: an interrupt of it is a leftover of the application's code. */
    static boolean ownsThisThread() {
        return Thread.currentThread() instanceof Own own && !own.isStopped.getAsBoolean();
    }

    /** @param name of the threads */
    public static RealTime create(String name) {
        return new RealTime(name);
    }

    /** Nanoseconds of a clock that all meshes of this process share; only differences have a meaning. */
    public static long monotonic() {
        return System.nanoTime();
    }

    @Override
    public long now() {
        return System.nanoTime() - origin;
    }

    @Override
    public InstantSource wall() {
        return InstantSource.system();
    }

    @Override
    public RandomGenerator random() {
        return ThreadLocalRandom.current();
    }

    @Override
    public Signal signal(String name) {
        return new ParkingSignal(this);
    }

    @Override
    public Timer at(long at, String name, Runnable action) {
        return watchdog.arm(at, action);
    }

    @Override
    public void arm(Alarm alarm, long at, String name) {
        watchdog.arm(alarm, at);
    }

    @Override
    public void start(String name, Runnable task) {
        threads.execute(task);
    }

    /** Interrupts the threads; the thread of the timers ends when no timer is armed. */
    @Override
    public void close() {
        watchdog.close();
        threads.shutdownNow();
    }
}
