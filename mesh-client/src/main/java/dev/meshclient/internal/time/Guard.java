package dev.meshclient.internal.time;

import java.util.Arrays;

/**
 * Watches a run of virtual time in real time: a task that has the turn and blocks past {@link Time}, on a latch or a lock,
 * stops everything. It counts its own looks and not the clock, so that a machine that stood still as a whole does no harm.
 * Off under a debugger.
 */
final class Guard implements AutoCloseable {
    private static final long LOOK_MILLIS = 100;
    /** Computing may take longer than waiting: on a loaded machine by far. */
    private static final int LONGER_FOR_RUNNING = 6;

    private final Scheduler scheduler;
    private final int patience;
    private final Thread thread = new Thread(this::watch, "virtual-time-guard");

    /** @param patience how many looks without progress are borne */
    Guard(Scheduler scheduler, int patience) {
        this.scheduler = scheduler;
        this.patience = patience;
        thread.setDaemon(true);
        if (!isDebugged()) {
            thread.start();
        }
    }

    private static boolean isDebugged() {
        String[] arguments = ProcessHandle.current().info().arguments().orElse(new String[0]);
        return Arrays.stream(arguments).anyMatch(a -> a.startsWith("-agentlib:jdwp"));
    }

    private void watch() {
        long last = -1;
        int looks = 0;
        while (true) {
            try {
                Thread.sleep(LOOK_MILLIS);
            } catch (InterruptedException closed) {
                return;
            }
            long seen = scheduler.progress();
            looks = seen == last ? looks + 1 : 0;
            last = seen;
            Worker suspect = scheduler.suspect();
            if (looks < patience || suspect == null) {
                continue;
            }
            Thread.State state = suspect.thread().getState();
            if (state != Thread.State.RUNNABLE || looks >= patience * LONGER_FOR_RUNNING) {
                scheduler.abandon(new AssertionError("task '" + suspect.name + "' has the turn at "
                        + Report.millis(scheduler.now()) + " and is " + state + " for " + looks * LOOK_MILLIS
                        + " ms of real time: it waits past Time, or never ends"
                        + Report.stack(suspect.thread(), true)));
                return;
            }
        }
    }

    @Override
    public void close() {
        thread.interrupt();
    }
}
