package dev.meshclient.internal.okhttp.attempt;

import dev.meshclient.internal.call.Attempt;
import dev.meshclient.internal.time.Time;
import java.io.IOException;
import java.net.SocketTimeoutException;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;

/**
 * Limits a TLS handshake. Agreed or expired: the first result counts, so that a timer that fires late never cancels a running
 * exchange.
 */
final class HandshakeTimer extends AtomicBoolean implements Runnable {
    private static final long serialVersionUID = 1;

    private final transient Attempt attempt;
    private final String what;
    private transient Time.@Nullable Timer timer;
    private volatile @Nullable SocketTimeoutException expired;

    private HandshakeTimer(Attempt attempt, String what) {
        this.attempt = attempt;
        this.what = what;
    }

    /** @param what the peer, for the message */
    static HandshakeTimer start(Time time, long until, Attempt attempt, String what) {
        HandshakeTimer started = new HandshakeTimer(attempt, what);
        started.timer = time.at(until, "handshake", started);
        return started;
    }

    @Override
    public void run() {
        if (compareAndSet(false, true)) {
            SocketTimeoutException e = new SocketTimeoutException(
                    "TLS with " + what + " not agreed in time (timeouts.connect)" + TlsFailure.QUESTION);
            expired = e;
            attempt.cancel(e);
        }
    }

    /** The handshake has ended. */
    void end() {
        set(true);
        Time.Timer armed = timer;
        if (armed != null) {
            armed.cancel();
        }
    }

    /** Whether this limit is the cause of the attempt's cancellation. */
    boolean isCause(IOException e) {
        return e == expired;
    }
}
