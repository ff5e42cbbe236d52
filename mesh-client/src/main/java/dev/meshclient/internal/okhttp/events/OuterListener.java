package dev.meshclient.internal.okhttp.events;

import java.io.IOException;
import okhttp3.Call;
import okhttp3.Dispatcher;
import okhttp3.EventListener;
import okhttp3.Request;
import okhttp3.Response;
import org.jspecify.annotations.Nullable;

/**
 * Wraps the caller's listener and delays {@code callEnd} until the last inner call has ended. The outer call has no exchange of
 * its own, so for OkHttp it ends when the interceptors have returned.
 */
public final class OuterListener extends EventForwarder {
    private final EventListener caller;
    private final @Nullable OuterListener earlier;
    private volatile @Nullable CallEvents owner;

    // guarded by the owner, or by this while there is none
    private @Nullable Call ended;
    private boolean over;
    private @Nullable EventListener atEnd; // all listeners of the call when its end was delayed

    public OuterListener(EventListener caller) {
        this.caller = caller;
        this.earlier = null;
    }

    /** Wraps listeners that joined a running call. */
    OuterListener(EventListener callers, CallEvents owner, @Nullable OuterListener earlier) {
        this.caller = callers;
        this.earlier = earlier;
        this.owner = owner;
    }

    void begin(CallEvents of) {
        owner = of;
    }

    @Override
    protected EventListener to() {
        return caller;
    }

    @Override
    protected Call as(Call call) {
        return call;
    }

    private Object lock() {
        CallEvents now = owner;
        return now == null ? this : now;
    }

    private boolean hasOpen() {
        CallEvents now = owner;
        return now != null && now.hasOpen();
    }

    /** No attempt is open any more: reports the end if it was delayed, here and by earlier listeners. */
    void lastAttemptOver(@Nullable IOException failure) {
        if (earlier != null) {
            earlier.lastAttemptOver(failure);
        }
        Call call;
        EventListener target;
        synchronized (lock()) {
            if (ended == null || over) {
                return;
            }
            call = ended;
            target = listenersOfEnd();
        }
        if (failure != null) {
            target.callFailed(call, failure);
        } else {
            target.callEnd(call);
        }
    }

    /** The wrapped listeners, or all of the call if others joined it since and no other wrapper reported the end. */
    private EventListener listeners() {
        CallEvents call = owner;
        EventListener before = atEnd;
        if (call == null || before == null || before == call.listener() || !call.isHeldBy(this, before)) {
            return caller;
        }
        return call.listener();
    }

    @Override
    public void callStart(Call call) {
        call.tag(OuterListener.class, () -> this);
        caller.callStart(call);
    }

    @Override
    public void callEnd(Call call) {
        interceptorsReturned();
        EventListener target;
        synchronized (lock()) { // one step: an attempt that ends on another thread reports the end, or this one does
            ended = call;
            if (hasOpen()) {
                return;
            }
            target = listenersOfEnd();
        }
        target.callEnd(call);
    }

    @Override
    public void callFailed(Call call, IOException ioe) {
        interceptorsReturned();
        EventListener target;
        synchronized (lock()) {
            ended = call;
            target = listenersOfEnd();
        }
        target.callFailed(call, ioe);
    }

    /** Reports the last release, which comes before the end; a listener may join at it. */
    private void interceptorsReturned() {
        CallEvents running = owner;
        if (running == null) {
            return;
        }
        synchronized (lock()) {
            if (atEnd == null) {
                atEnd = running.listener();
            }
        }
        running.outerEnded();
    }

    /** When all are notified together, the wrapped listeners are notified through this object a second time. */
    private EventListener listenersOfEnd() {
        EventListener target = over ? caller : listeners();
        over = true;
        return target;
    }

    @Override
    public void dispatcherQueueStart(Call call, Dispatcher dispatcher) {
        caller.dispatcherQueueStart(call, dispatcher);
    }

    @Override
    public void dispatcherQueueEnd(Call call, Dispatcher dispatcher) {
        caller.dispatcherQueueEnd(call, dispatcher);
    }

    @Override
    public void canceled(Call call) {
        caller.canceled(call);
    }

    @Override
    public void retryDecision(Call call, IOException exception, boolean retry) {
        caller.retryDecision(call, exception, retry);
    }

    @Override
    public void followUpDecision(Call call, Response networkResponse, @Nullable Request nextRequest) {
        caller.followUpDecision(call, networkResponse, nextRequest);
    }
}
