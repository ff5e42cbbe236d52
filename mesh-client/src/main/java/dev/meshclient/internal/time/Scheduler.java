package dev.meshclient.internal.time;

import java.io.InterruptedIOException;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.atomic.AtomicLong;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/**
 * Gives the turn to one worker at a time. There is no thread of its own: a worker that waits plays the next events and hands
 * the turn to whom the last of them wakes. Its state belongs to the thread that has the turn.
 */
final class Scheduler {
    private static final int MAX_READS = 1_000_000;
    private static final String ROOT = "root";

    private final Deque<Worker> idle = new ArrayDeque<>();
    private final Set<Worker> busy = new LinkedHashSet<>();
    private final Worker main = new Worker(this, Thread.currentThread());
    private final VirtualSignal lonely = new VirtualSignal(this, "the end of the other tasks");
    private final ThreadFactory threads;
    private final long seed;
    private final Agenda agenda;
    private final RandomGenerator timerRandom;
    private final AtomicLong progress = new AtomicLong();
    private volatile Worker running = main;
    private volatile @Nullable AssertionError misused;
    private volatile @Nullable AssertionError stuck;
    private @Nullable AssertionError failure;
    private @Nullable String timer;
    private int threadsMade;
    private int alive;
    private int reads;
    private boolean rootEnded;

    Scheduler(ThreadFactory threads, long seed, Agenda agenda) {
        this.threads = threads;
        this.seed = seed;
        this.agenda = agenda;
        this.timerRandom = new SplittableRandom(~seed);
    }

    // ---- for tasks

    /** The clock, for any thread. */
    long now() {
        return agenda.now();
    }

    long read() {
        checkTurn("the clock");
        if (++reads > MAX_READS) {
            throw misuse("'" + current() + "' read the clock " + MAX_READS + " times without waiting: it spins");
        }
        return agenda.now();
    }

    RandomGenerator random() {
        checkTurn("chance");
        RandomGenerator mine = running.random;
        return timer != null || mine == null ? timerRandom : mine;
    }

    RandomGenerator stream(long number) {
        return new SplittableRandom((seed + number) * 0x9E3779B97F4A7C15L);
    }

    void start(String name, Runnable task) {
        checkTurn(name);
        alive++;
        schedule(Event.Kind.TASK, agenda.now(), name, task, null);
    }

    Time.Timer arm(long at, String name, Runnable action) {
        checkTurn(name);
        Event event = schedule(Event.Kind.TIMER, at, name, action, null);
        return () -> {
            checkTurn(name);
            agenda.remove(event);
        };
    }

    Event schedule(Event.Kind kind, long at, String name, @Nullable Runnable action, @Nullable Worker worker) {
        return agenda.add(kind, at, name, action, worker, current());
    }

    void cancel(Event event) {
        agenda.remove(event);
    }

    /** The running worker, if it may wait. */
    Worker waiting(String what) {
        checkTurn(what);
        if (timer != null) {
            throw misuse("the action of timer '" + timer + "' waits for '" + what + "': an action must not wait");
        }
        if (running.stopped) {
            throw new Worker.Stopped();
        }
        return running;
    }

    void letOthersRun(Worker me) {
        pass(me, next());
    }

    /** Waits until the running task is the only one. */
    void awaitLonely() {
        while (alive > 1) {
            try {
                lonely.await(Time.NEVER);
            } catch (InterruptedIOException e) {
                throw new AssertionError("interrupted while it waited for the other tasks", e);
            }
        }
    }

    void interrupt(String task) {
        checkTurn("interrupt");
        for (Worker worker : busy) {
            if (worker.name.equals(task)) {
                worker.interrupted = true;
                if (worker.waitsFor != null) {
                    worker.waitsFor.wakeUp();
                }
            }
        }
    }

    /** Fails the run, whatever the caller does with the exception. */
    AssertionError misuse(String message) {
        AssertionError e = new AssertionError("at " + Report.millis(agenda.now()) + " " + message);
        misused = e;
        return e;
    }

    void checkTurn(String what) {
        if (running.thread() != Thread.currentThread()) {
            throw misuse("thread '" + Thread.currentThread().getName() + "' used '" + what + "' out of turn, while '"
                    + running.name + "' runs: threads come from Time.start alone");
        }
    }

    private String current() {
        return timer != null ? timer : running.name;
    }

    // ---- for workers

    void perform(Worker worker) {
        Runnable task = worker.task;
        if (task == null) {
            throw new IllegalStateException("nothing to do");
        }
        try {
            task.run();
        } catch (Worker.Stopped e) {
            throw e;
        } catch (Throwable e) { // whatever it is, the run fails by it
            fail("task '" + worker.name + "'", e);
        }
    }

    void idle(Worker worker) {
        if (stuck != null) {
            throw new Worker.Stopped();
        }
        busy.remove(worker);
        idle.push(worker);
        rootEnded |= worker.name.equals(ROOT);
        if (--alive == 1) {
            lonely.raise();
        }
        pass(worker, next());
    }

    void ended() {
        if (stuck == null) {
            running = main;
            main.giveTurn();
        }
    }

    /** Plays events until one of them lets a worker run; main, when there is nothing to play. */
    private Worker next() {
        while (failure == null && misused == null && !rootEnded) {
            Event event;
            try {
                event = agenda.next();
            } catch (AssertionError e) {
                fail("the run", e);
                return main;
            }
            if (event == null) {
                return main;
            }
            progress.lazySet(progress.get() + 1);
            reads = 0;
            if (event.kind == Event.Kind.TIMER) {
                fire(event);
            } else {
                return event.worker != null ? event.worker : workerFor(event);
            }
        }
        return main;
    }

    private void fire(Event event) {
        timer = event.name;
        try {
            if (event.action != null) {
                event.action.run();
            }
        } catch (Throwable e) { // whatever it is, the run fails by it
            fail("timer '" + event.name + "' of '" + event.origin + "'", e);
        } finally {
            timer = null;
        }
    }

    private Worker workerFor(Event event) {
        Worker worker = idle.poll();
        if (worker == null) {
            worker = new Worker(this, threads, ++threadsMade);
            worker.begin();
        }
        worker.name = event.name;
        worker.task = event.action;
        worker.random = new SplittableRandom(seed * 31 + event.sequence);
        busy.add(worker);
        return worker;
    }

    private void pass(Worker me, Worker to) {
        if (to != me) {
            running = to;
            to.giveTurn();
            me.awaitTurn();
        }
        if (me.stopped) {
            throw new Worker.Stopped();
        }
    }

    private void fail(String who, Throwable cause) {
        if (failure == null) {
            failure = new AssertionError(who + " failed at " + Report.millis(agenda.now()) + ": " + cause, cause);
        }
    }

    // ---- for the thread outside

    /** Runs the root task and all that it starts; throws what went wrong. */
    void run(Runnable root, int patience) {
        start(ROOT, root);
        Guard guard = new Guard(this, patience);
        try {
            pass(main, next());
            AssertionError wrong = stuck; // that thread cannot be ended: it stays, as a daemon
            if (wrong == null) {
                wrong = verdict();
                stopAll();
            }
            if (wrong != null) {
                throw wrong;
            }
        } finally {
            guard.close();
        }
    }

    private @Nullable AssertionError verdict() {
        if (misused != null) {
            return misused;
        }
        if (failure != null) {
            return failure;
        }
        if (!rootEnded) {
            return new AssertionError("deadlock at " + Report.millis(agenda.now())
                    + ": no event is left and these wait:" + Report.of(busy));
        }
        List<Event> rest = agenda.rest();
        if (!busy.isEmpty() || !rest.isEmpty()) {
            return new AssertionError("the root ended at " + Report.millis(agenda.now()) + " and leaves behind:"
                    + Report.of(busy) + Report.of(rest));
        }
        return null;
    }

    private void stopAll() {
        Deque<Worker> all = new ArrayDeque<>(busy);
        all.addAll(idle);
        for (Worker worker : all) {
            if (stuck == null) {
                worker.stopped = true;
                running = worker;
                worker.giveTurn();
                main.awaitTurn();
            }
        }
    }

    // ---- for the guard

    /** Increases while the run makes progress. */
    long progress() {
        return progress.get();
    }

    /** The worker that has the turn; null if that is the thread outside. */
    @Nullable
    Worker suspect() {
        Worker worker = running;
        return worker == main ? null : worker;
    }

    /** Ends the run without the thread that has the turn. */
    void abandon(AssertionError why) {
        stuck = why;
        running = main;
        main.giveTurn();
    }
}
