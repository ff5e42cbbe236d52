package dev.meshclient.internal.okhttp.attempt;

import dev.meshclient.internal.call.Attempt;
import dev.meshclient.internal.call.Idempotence;
import dev.meshclient.internal.call.Outcome;
import dev.meshclient.internal.okhttp.client.EndpointClient;
import dev.meshclient.internal.okhttp.client.EndpointConnections;
import dev.meshclient.internal.okhttp.events.CallEvents;
import dev.meshclient.internal.okhttp.events.RealCallAccess;
import dev.meshclient.internal.okhttp.events.UndeclaredFailure;
import dev.meshclient.internal.tls.PeerTls;
import java.io.IOException;
import java.io.InterruptedIOException;
import okhttp3.Call;
import okhttp3.Connection;
import org.jspecify.annotations.Nullable;

/** The engine's state of an attempt: its inner call on the wire. */
public final class InnerCall extends AttemptEvents implements Runnable {
    /** A caller may cancel for any reason; after this time, or most of its timeout, silence of the peer is a likely one. */
    private static final long LONG_NANOS = 1_000_000_000;

    private static final byte STARTED = 1;
    private static final byte DONE = 2;
    private static final byte ABANDONED = 4;

    /** The client of its endpoint, if it has one. */
    @Nullable
    EndpointClient client;

    private volatile @Nullable Call call; // null again once its response is returned
    private volatile boolean isRunning; // its thread is in OkHttp
    private byte progress; // guarded by this: the steps above

    public InnerCall(Attempt attempt, OuterCall outerCall) {
        super(attempt, outerCall);
    }

    /** The connections of its endpoint, if it has one. */
    @Nullable
    EndpointConnections connections() {
        return client == null ? null : client.connections();
    }

    /** The mesh's TLS on its connection; null: the wire is not TLS, or uses that of the caller's client. */
    @Nullable
    PeerTls tls() {
        return client == null ? null : client.tls();
    }

    /** It may be sent from here on, and is open until its end; throws if the call continues with another attempt. */
    void start() throws IOException {
        synchronized (this) {
            if ((progress & DONE) == 0) {
                progress |= STARTED;
                outerCall.attemptStarted();
                return;
            }
        }
        attempt.throwIfCancelled();
        throw new IOException("Canceled");
    }

    /** Whether it is this attempt. */
    public boolean isOf(Attempt of) {
        return attempt == of;
    }

    /** The call continues with this attempt, which ran beside another. */
    public void choose() {
        try {
            show();
        } catch (Throwable e) {
            abandon();
            throw e;
        }
    }

    /** The call continues with another attempt: this one is no longer open, whatever its thread still does. */
    public void drop() {
        hide();
        setAbandoned();
        run();
        over(null);
    }

    /** Sets the inner call that runs now. */
    void setRunning(Call inner) {
        call = inner;
        isRunning = true;
        attempt.onCancel(this);
    }

    /** The thread that ran the inner call has come back. */
    void ran() {
        isRunning = false;
    }

    /**
     * The response is returned: from here on only the holder of its body holds the inner call. The timers of the mesh hold this
     * object, and OkHttp reports a forgotten body when its call is unreachable.
     */
    void returned() {
        if (connection() != null && RealCallAccess.canFindCalls()) {
            call = null;
        }
    }

    /**
     * Cancels the inner call with the attempt. Its connection is read after that: a call that has none then finds that it is
     * cancelled before it writes.
     */
    @Override
    public void run() {
        Call inner = call;
        if (inner != null) {
            inner.cancel();
        }
        Connection used = connection();
        if (inner == null && used != null) {
            RealCallAccess.cancel(used, this);
        }
        EndpointConnections from = connections();
        if (from != null && used != null) {
            from.sockets().cancelled(used, () -> isRunning);
        }
    }

    /** Cancels and ends it, whatever its streams still do; the caller's call is not cancelled. */
    public void abandon() {
        setAbandoned();
        run();
        Connection mine = connection();
        try {
            if (mine != null) {
                release(mine);
            }
        } finally {
            over(null);
        }
        attempt.over();
    }

    /** Whether its request must not be sent over the connection from the pool. */
    boolean isConnectionSpent() {
        EndpointConnections from = connections();
        Connection mine = connection();
        if (from == null || mine == null || !isReused()) {
            return false;
        }
        boolean repeatable = Idempotence.isRepeatable(
                attempt.call().request(), attempt.call().options());
        return from.sockets().isSpent(mine, repeatable);
    }

    /** Tells its connections how it failed: others of them may be in the same state. */
    void endedAs(Outcome outcome) {
        EndpointConnections from = connections();
        Connection mine = connection();
        if (from == null || mine == null) {
            return;
        }
        if (outcome == Outcome.STALE) {
            from.foundStale();
        } else if (!hasAnswer() && isTimeout(outcome)) {
            from.unanswered(mine, attempt.startedAt());
        }
    }

    /** OkHttp cancels the call when {@code callTimeout} expires, perhaps before the engine's own deadline of it. */
    private boolean isTimeout(Outcome outcome) {
        IOException cause = attempt.cancelCause();
        long elapsed = attempt.now() - attempt.startedAt();
        long most = outerCall.deadline() - attempt.startedAt();
        return switch (outcome) {
            case ATTEMPT_TIMEOUT, DEADLINE -> true;
            case CANCELLED ->
                (cause != null && !(cause instanceof CallEvents.Canceled)) // a deadline that the caller set
                        || elapsed >= Math.min(LONG_NANOS, most / 2);
            case SUPERSEDED -> elapsed >= LONG_NANOS;
            default -> false;
        };
    }

    private synchronized boolean is(byte step) {
        return (progress & step) != 0;
    }

    private synchronized void setAbandoned() {
        progress |= ABANDONED;
    }

    void over(@Nullable IOException failure) {
        synchronized (this) {
            if ((progress & DONE) != 0) {
                return;
            }
            progress |= DONE;
            if ((progress & STARTED) == 0) {
                attempt.over();
                return;
            }
        }
        if (failure != null && attempt.outcome() == Outcome.RESPONSE) {
            attempt.bodyFailed(failure);
        }
        try {
            outerCall.attemptOver(failure);
        } finally {
            attempt.over();
        }
    }

    @Override
    public void callEnd(Call call) {
        over(null);
    }

    /**
     * OkHttp reports a failure last, from within the read that failed. A limit thrown here replaces "Socket closed" for the
     * reader, and no response needs a body of the mesh around its own.
     */
    @Override
    public void callFailed(Call call, IOException ioe) {
        if (ioe instanceof SpentConnection) { // another call follows
            dropConnection();
            return;
        }
        if (is(DONE)) { // the caller's timeout is that of another attempt
            return;
        }
        IOException failure = ExchangeFailed.unwrap(ioe);
        IOException limit = outerCall.endTimeout() ? timeout(failure) : limitOfBody();
        over(limit == null ? failure : limit);
        if (limit != null) {
            throw UndeclaredFailure.raise(limit);
        }
    }

    /** The failure of a call whose {@code callTimeout} has expired, in OkHttp's words. */
    private static IOException timeout(IOException behind) {
        InterruptedIOException timeout = new InterruptedIOException("timeout");
        timeout.initCause(behind);
        return timeout;
    }

    /** The limit that ended the body after the response was returned; null: none did. */
    private @Nullable IOException limitOfBody() {
        IOException cause = attempt.outcome() == Outcome.RESPONSE ? attempt.cancelCause() : null;
        return cause instanceof CallEvents.Canceled ? null : cause;
    }

    /** Cancelled by the mesh, or from within; then the caller's call is cancelled too. */
    @Override
    public void canceled(Call call) {
        if (!is(ABANDONED)
                && attempt.cancelCause() == null
                && !outerCall.outer().isCanceled()) {
            outerCall.outer().cancel();
        }
    }

    // If a caller's listener throws at the end of the body, OkHttp reports no end: the attempt ends nevertheless.

    @Override
    public void connectionReleased(Call call, Connection used) {
        EndpointConnections from = connections();
        if (from != null) {
            from.givenBack();
        }
        try {
            release(used);
        } catch (Throwable e) {
            abandon();
            throw e;
        }
    }

    @Override
    public void requestHeadersStart(Call call) {
        unread(true);
        super.requestHeadersStart(call);
    }

    private void unread(boolean now) {
        EndpointConnections from = connections();
        Connection mine = connection();
        if (from != null && mine != null) {
            from.sockets().unread(mine, now);
        }
    }

    @Override
    public void responseBodyEnd(Call call, long byteCount) {
        unread(false); // before OkHttp gives the connection back
        attempt.received(byteCount);
        try {
            super.responseBodyEnd(call, byteCount);
        } catch (Throwable e) {
            abandon();
            throw e;
        }
    }

    @Override
    public void responseFailed(Call call, IOException ioe) {
        try {
            super.responseFailed(call, ioe);
        } catch (Throwable e) {
            abandon();
            throw e;
        }
    }
}
