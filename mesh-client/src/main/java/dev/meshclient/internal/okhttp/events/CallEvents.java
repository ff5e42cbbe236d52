package dev.meshclient.internal.okhttp.events;

import dev.meshclient.internal.call.Scope;
import java.io.IOException;
import java.util.concurrent.TimeUnit;
import okhttp3.Call;
import okhttp3.Connection;
import okhttp3.EventListener;
import okhttp3.Interceptor;
import okio.AsyncTimeout;
import org.jspecify.annotations.Nullable;

/**
 * The caller's call while the engine runs it: its cancellation, and the events that its listener must not get yet. It holds all
 * delayed events, whatever listeners there are.
 */
public abstract class CallEvents extends EventListener {
    private volatile Interceptor.Chain chain;
    private volatile @Nullable Scope<?> current;

    // guarded by this
    private @Nullable Listeners listeners; // null: this is the only one
    private boolean holdRelease = true; // until the interceptors of the outer call have returned
    private @Nullable Connection held; // released by the last attempt, not reported yet
    private int open; // attempts whose body is not finished
    private boolean timed; // the caller's timeout runs on although the interceptors of the outer call have returned
    private boolean untimed; // it must not

    /**
     * The listeners of the call.
     *
     * @param all as one, with this; those that join later are not in it
     * @param last the last of those that delay the end; null: no listener could be wrapped
     */
    private record Listeners(EventListener all, @Nullable OuterListener last) {}

    protected CallEvents(Interceptor.Chain chain) {
        this.chain = chain;
    }

    /** Starts to listen; called once. */
    public final synchronized void listen() {
        OuterListener first = wrapped(chain.getEventListener());
        outer().addEventListener(this);
        EventListener all = listener();
        listeners = all == this ? null : new Listeners(all, first);
        if (first != null) {
            first.begin(this);
        }
    }

    private EventListener all() {
        return listeners == null ? this : listeners.all;
    }

    private @Nullable OuterListener last() {
        return listeners == null ? null : listeners.last;
    }

    private @Nullable OuterListener wrapped(EventListener caller) {
        if (caller == EventListener.NONE || caller instanceof CallStart) {
            return null;
        }
        OuterListener found = outer().tag(OuterListener.class);
        if (found != null || !RealCallAccess.canReplaceListener()) {
            return found;
        }
        OuterListener wrapper = new OuterListener(caller);
        if (!RealCallAccess.replaceListener(outer(), wrapper)) {
            return null;
        }
        outer().tag(OuterListener.class, () -> wrapper);
        return wrapper;
    }

    public final Call outer() {
        return chain.call();
    }

    public final Interceptor.Chain chain() {
        return chain;
    }

    /** Takes over the chain of a repeated call, which may have other settings. */
    public final void chain(Interceptor.Chain now) {
        chain = now;
    }

    /** The caller's current listener: others may have joined since the call began. */
    public final EventListener listener() {
        return chain.getEventListener();
    }

    // ---- cancelling

    /** Sets the running call or attempt. */
    public final void current(Scope<?> running) {
        current = running;
        if (outer().isCanceled()) { // closes the race with canceled()
            running.cancel(new Canceled());
        }
    }

    @Override
    public final void canceled(Call call) {
        Scope<?> running = current;
        if (running != null) {
            running.cancel(new Canceled());
        }
    }

    /** The caller cancelled the call; if an attempt ran, the caller gets its failure instead. */
    public static final class Canceled extends IOException {
        private static final long serialVersionUID = 1;

        Canceled() {
            super("Canceled");
        }

        @Override
        public synchronized Throwable fillInStackTrace() {
            return this;
        }
    }

    // ---- the caller's timeout

    /** The time left of the caller's {@code callTimeout}; 0: it states none. */
    protected abstract long nanosLeft();

    /** The timeout of the caller's call ends before the body, as in OkHttp for upgraded connections and duplex calls. */
    public final synchronized void endTimeoutAtHeaders() {
        untimed = true;
        outer().timeout().cancel();
    }

    /**
     * OkHttp ends the timeout of the outer call when its interceptors return, since that call has no exchange. It runs on until
     * the body ends, so that its holder can still cancel it.
     */
    private synchronized void resumeTimeout() {
        if (open == 0 || timed || untimed || !(outer().timeout() instanceof AsyncTimeout timeout)) {
            return;
        }
        long left = nanosLeft();
        if ((left == 0 && !timeout.hasDeadline()) || TimeoutAccess.isCancelled(timeout)) {
            return;
        }
        long stated = timeout.timeoutNanos();
        timeout.timeout(left, TimeUnit.NANOSECONDS);
        timeout.enter();
        timeout.timeout(stated, TimeUnit.NANOSECONDS);
        timed = true;
    }

    /** Ends the caller's timeout with the body; whether it had expired. */
    public final synchronized boolean endTimeout() {
        boolean running = timed;
        timed = false;
        return running && outer().timeout() instanceof AsyncTimeout timeout && timeout.exit();
    }

    // ---- the end, and connections kept during a follow-up

    @Override
    public final void callEnd(Call call) {
        outerEnded();
    }

    @Override
    public final void callFailed(Call call, IOException ioe) {
        outerEnded();
    }

    /** OkHttp has ended the outer call; its body may be open. */
    final void outerEnded() {
        interceptorsReturned();
        resumeTimeout();
    }

    public final synchronized void attemptStarted() {
        open++;
    }

    final synchronized boolean hasOpen() {
        return open > 0;
    }

    public final void attemptOver(@Nullable IOException failure) {
        OuterListener holder;
        synchronized (this) {
            open--;
            holder = open > 0 ? null : last();
            if (open == 0) {
                endTimeout();
            }
        }
        if (holder != null) {
            holder.lastAttemptOver(failure);
        }
    }

    /** The engine returns: if no listener delays the end of the call, the last release is reported now. */
    public final void engineReturns() {
        holdEndForJoined();
        if (reportsEndAtOnce()) {
            interceptorsReturned();
        }
    }

    /** Listeners that joined the call meanwhile wait for its end like the earlier ones. */
    private synchronized void holdEndForJoined() {
        EventListener now = listener();
        if (now == all() || !RealCallAccess.canReplaceListener()) {
            return;
        }
        OuterListener holder = new OuterListener(now, this, last());
        if (RealCallAccess.replaceListener(outer(), holder)) {
            listeners = new Listeners(holder, holder);
        }
    }

    /** Whether this listener delays the end for all of these. */
    final synchronized boolean isHeldBy(OuterListener one, EventListener all) {
        return all == all() && one == last();
    }

    /** OkHttp requires that an interceptor that proceeds again has closed the earlier response. */
    public final synchronized void checkClosed() {
        if (open > 0) {
            throw new IllegalStateException("cannot make a new request because the previous response is still open: "
                    + "please call response.close()");
        }
    }

    /** No follow-up is possible: releases are reported as they occur. */
    private void interceptorsReturned() {
        synchronized (this) {
            holdRelease = false;
        }
        reportRelease();
    }

    /** Whether no listener delays the end of the call, so that releases must be reported when the engine returns. */
    public final synchronized boolean reportsEndAtOnce() {
        return last() == null;
    }

    /** A follow-up begins: OkHttp would keep the connection during it. */
    public final synchronized void holdRelease() {
        holdRelease = true;
    }

    /** A connection as listeners see it was released. */
    public final void released(Connection shown) {
        synchronized (this) {
            if (holdRelease) {
                held = shown;
                return;
            }
        }
        listener().connectionReleased(outer(), shown);
    }

    /** The same connection again: OkHttp keeps it during a follow-up, so the listener gets neither event. */
    public final boolean keptOver(Connection shown) {
        synchronized (this) {
            if (shown.equals(held)) {
                held = null;
                return true;
            }
        }
        reportRelease();
        return false;
    }

    public final void reportRelease() {
        Connection shown;
        synchronized (this) {
            shown = held;
            held = null;
        }
        if (shown != null) {
            listener().connectionReleased(outer(), shown);
        }
    }
}
