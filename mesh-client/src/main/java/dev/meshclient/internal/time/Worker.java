package dev.meshclient.internal.time;

import java.util.concurrent.ThreadFactory;
import java.util.concurrent.locks.LockSupport;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/** A thread that runs tasks one after the other, whenever it has the turn. */
final class Worker {
    /** Unwinds a task when the run is over. */
    static final class Stopped extends Error {
        private static final long serialVersionUID = 1;

        Stopped() {
            super("virtual time is over", null, false, false);
        }
    }

    private final Scheduler scheduler;
    private final Thread thread;
    private volatile boolean turn;

    String name = "main";

    @Nullable
    Runnable task;

    @Nullable
    RandomGenerator random;

    boolean stopped;

    @Nullable
    VirtualSignal waitsFor;

    long waitsSince;
    /** Taken off the thread, which would not park with its flag up. */
    boolean interrupted;

    /** The thread that runs the simulation from outside. */
    Worker(Scheduler scheduler, Thread main) {
        this.scheduler = scheduler;
        this.thread = main;
    }

    Worker(Scheduler scheduler, ThreadFactory threads, int number) {
        this.scheduler = scheduler;
        this.thread = threads.newThread(this::work);
        thread.setName("virtual-time-" + number);
    }

    Thread thread() {
        return thread;
    }

    void begin() {
        thread.start();
    }

    private void work() {
        awaitTurn();
        try {
            while (true) {
                scheduler.perform(this);
                interrupted = false; // the next task is not interrupted by what befell this one
                boolean ignored = Thread.interrupted();
                scheduler.idle(this);
            }
        } catch (Stopped over) {
            scheduler.ended();
        }
    }

    /** Lets this thread continue; the caller must then wait. */
    void giveTurn() {
        turn = true;
        LockSupport.unpark(thread);
    }

    void awaitTurn() {
        while (!turn) {
            LockSupport.park(this);
            takeInterrupt();
        }
        turn = false;
    }

    void takeInterrupt() {
        interrupted |= Thread.interrupted();
    }

    void giveInterruptBack() {
        if (interrupted) {
            interrupted = false;
            thread.interrupt();
        }
    }
}
