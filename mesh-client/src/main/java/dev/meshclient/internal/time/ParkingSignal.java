package dev.meshclient.internal.time;

import java.io.InterruptedIOException;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/** A flag and the thread that waits for it. */
final class ParkingSignal implements Signal {
    private final Time time;
    private final AtomicBoolean raised = new AtomicBoolean();
    private volatile @Nullable Thread waiter;

    ParkingSignal(Time time) {
        this.time = time;
    }

    @Override
    public boolean await(long until) throws InterruptedIOException {
        Thread me = Thread.currentThread();
        waiter = me;
        try {
            while (!raised.compareAndSet(true, false)) {
                long left = until - time.now();
                if (left <= 0) {
                    return false;
                }
                if (RealTime.ownsThisThread()) {
                    boolean ignored = Thread.interrupted(); // it would end the only thread for its task
                } else if (me.isInterrupted()) {
                    throw new InterruptedIOException("interrupted");
                }
                LockSupport.parkNanos(this, left);
            }
            return true;
        } finally {
            waiter = null;
        }
    }

    @Override
    public void raise() {
        raised.set(true);
        Thread thread = waiter;
        if (thread != null) {
            LockSupport.unpark(thread);
        }
    }
}
