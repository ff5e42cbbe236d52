package dev.meshclient.internal.okhttp;

import dev.meshclient.internal.call.Attempt;
import dev.meshclient.internal.time.Time;
import dev.meshclient.internal.tls.PeerTls;
import java.io.IOException;
import java.net.SocketTimeoutException;
import java.util.concurrent.atomic.AtomicBoolean;
import okhttp3.Call;
import okhttp3.Connection;
import okhttp3.Headers;
import okhttp3.Route;
import org.jspecify.annotations.Nullable;

/** What the engine keeps of an attempt: the inner call that it is on the wire. */
final class InnerCall implements Runnable {
    final Attempt attempt;
    final EngineCall engineCall;
    final AttemptListener listener;
    /** Whether the mesh has endpoints of its own for it, so that what we do may show on the wire. */
    boolean toMesh;
    /** What the peer said, where the wire interceptor hid some of it from OkHttp. */
    @Nullable
    Headers masked;
    /** Where its connection comes from, if that is an endpoint's. */
    @Nullable
    EndpointConnections connections;

    /** What the mesh proves and believes on its connection; null: the wire is not TLS, or that of the caller's client. */
    @Nullable
    PeerTls tls;

    private final Time time;
    private volatile @Nullable Call call;
    private volatile boolean abandoned;
    private @Nullable Handshake handshake;

    InnerCall(Time time, EngineCall engineCall, Attempt attempt) {
        this.time = time;
        this.attempt = attempt;
        this.engineCall = engineCall;
        this.listener = new AttemptListener(this);
    }

    /** What runs on the wire from now on. */
    void runs(Call inner) {
        call = inner;
        attempt.onCancel(this);
    }

    /** The attempt is cancelled. */
    @Override
    public void run() {
        Call inner = call;
        if (inner != null) {
            inner.cancel();
        }
    }

    @Nullable
    Route route() {
        Connection connection = listener.connection();
        return connection == null ? null : connection.route();
    }

    /** Breaks off what is not needed any more; the caller's call is not cancelled by it. */
    void abandon() {
        abandoned = true;
        run();
        listener.detach();
        attempt.over();
    }

    /** The inner call was cancelled: by us, or from within, and then the caller's call is cancelled too. */
    void innerCanceled() {
        if (!abandoned
                && attempt.cancelCause() == null
                && !engineCall.logical().outer().isCanceled()) {
            engineCall.logical().outer().cancel();
        }
    }

    /** TLS must be agreed within the time that is left for connecting. */
    void handshakeStarted(long until, String what) {
        Handshake started = new Handshake(what);
        handshake = started;
        started.timer = time.at(until, "handshake", started);
    }

    void handshakeEnded() {
        Handshake started = handshake;
        if (started != null) {
            started.end();
        }
    }

    boolean isConnectTimeout(IOException e) {
        Handshake started = handshake;
        return started != null && e == started.expired;
    }

    /** Agreed or expired: the first word counts, so that a timer that fires late never breaks off what is on the wire. */
    private final class Handshake extends AtomicBoolean implements Runnable {
        private static final long serialVersionUID = 1;

        private final String what;
        private transient Time.@Nullable Timer timer;
        private volatile @Nullable SocketTimeoutException expired;

        Handshake(String what) {
            this.what = what;
        }

        @Override
        public void run() {
            if (compareAndSet(false, true)) {
                SocketTimeoutException e =
                        new SocketTimeoutException("TLS with " + what + " not agreed in time (timeouts.connect)");
                expired = e;
                attempt.cancel(e);
            }
        }

        void end() {
            set(true);
            Time.Timer armed = timer;
            if (armed != null) {
                armed.cancel();
            }
        }
    }
}
