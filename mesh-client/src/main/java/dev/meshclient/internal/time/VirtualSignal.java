package dev.meshclient.internal.time;

import java.io.InterruptedIOException;
import org.jspecify.annotations.Nullable;

/** Where one task of virtual time waits. */
final class VirtualSignal implements Signal {
    private final Scheduler scheduler;
    private final String name;
    private boolean raised;
    private @Nullable Worker waiter;
    private @Nullable Event wake;
    private boolean woken;

    VirtualSignal(Scheduler scheduler, String name) {
        this.scheduler = scheduler;
        this.name = name;
    }

    @Override
    public boolean await(long until) throws InterruptedIOException {
        Worker me = scheduler.waiting(name);
        if (waiter != null) {
            throw scheduler.misuse(
                    "'" + me.name + "' and '" + waiter.name + "' both wait for '" + name + "': one waiter a signal");
        }
        me.takeInterrupt();
        try {
            while (!raised) {
                if (until <= scheduler.now()) {
                    return false;
                }
                if (me.interrupted) {
                    throw new InterruptedIOException("interrupted");
                }
                park(me, until);
            }
            raised = false;
            return true;
        } finally {
            me.giveInterruptBack();
        }
    }

    private void park(Worker me, long until) {
        waiter = me;
        woken = false;
        wake = until == Time.NEVER ? null : scheduler.schedule(Event.Kind.WAKE, until, name, null, me);
        me.waitsFor = this;
        me.waitsSince = scheduler.now();
        try {
            scheduler.letOthersRun(me);
        } finally {
            me.waitsFor = null;
            waiter = null;
            wake = null;
        }
    }

    @Override
    public void raise() {
        scheduler.checkTurn(name);
        raised = true;
        wakeUp();
    }

    /** Lets the waiter look again. */
    void wakeUp() {
        if (waiter != null && !woken) {
            woken = true;
            if (wake != null) {
                scheduler.cancel(wake);
            }
            wake = scheduler.schedule(Event.Kind.WAKE, scheduler.now(), name, null, waiter);
        }
    }

    @Override
    public String toString() {
        return name;
    }
}
