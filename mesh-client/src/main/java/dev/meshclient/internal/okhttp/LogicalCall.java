package dev.meshclient.internal.okhttp;

import dev.meshclient.internal.call.Scope;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import okhttp3.Call;
import okhttp3.Connection;
import okhttp3.EventListener;
import okhttp3.Interceptor;
import org.jspecify.annotations.Nullable;

/** What belongs to the caller's call while the engine runs it: what is under way, and what its listener must not hear yet. */
final class LogicalCall extends EventListener {
    private final Call outer;
    private final boolean webSocket;
    private final @Nullable OuterListener end; // null: nobody listens, or it could not be wrapped
    private final long deadline;
    private final EventListener atStart; // all listeners of the call, this one included
    private @Nullable List<OuterListener> joined; // each stands before those that joined since the one before
    private volatile Interceptor.Chain chain;
    private volatile @Nullable Scope current;

    private boolean holdRelease = true; // until the outer call's interceptors have returned
    private @Nullable Connection held; // released by the last attempt, not told yet
    private int open; // attempts whose body is not finished

    private LogicalCall(Interceptor.Chain chain, long now) {
        this.outer = chain.call();
        this.chain = chain;
        Boolean known = Internals.isWebSocket(outer);
        this.webSocket = known != null
                ? known
                : "websocket".equalsIgnoreCase(chain.request().header("Upgrade"));
        long timeout = outer.timeout().timeoutNanos();
        this.deadline = timeout == 0 ? Long.MAX_VALUE : now + timeout;
        this.end = wrapped(chain.getEventListener());
        outer.addEventListener(this);
        this.atStart = listener();
        if (end != null) {
            end.begin(this);
        }
    }

    /** The state of this call: an interceptor above ours may proceed more than once. */
    static LogicalCall of(Interceptor.Chain chain, long now) {
        LogicalCall call = chain.call().tag(LogicalCall.class, () -> new LogicalCall(chain, now));
        call.chain = chain;
        return call;
    }

    private @Nullable OuterListener wrapped(EventListener caller) {
        OuterListener found = outer.tag(OuterListener.class);
        if (found != null || caller == EventListener.NONE || !Internals.canReplaceListener()) {
            return found;
        }
        OuterListener wrapper = new OuterListener(caller);
        if (!Internals.replaceListener(outer, wrapper)) {
            return null;
        }
        outer.tag(OuterListener.class, () -> wrapper);
        return wrapper;
    }

    Call outer() {
        return outer;
    }

    Interceptor.Chain chain() {
        return chain;
    }

    boolean isWebSocket() {
        return webSocket;
    }

    /** When the caller's {@code callTimeout} is up, on the engine's clock; {@link Long#MAX_VALUE}: he set none. */
    long deadline() {
        return deadline;
    }

    /** The caller's listener as it is now: others may have joined since the call began. */
    EventListener listener() {
        return chain.getEventListener();
    }

    // ---- cancelling

    /** What runs from now on. */
    void current(Scope running) {
        current = running;
        if (outer.isCanceled()) { // closes the race with canceled()
            running.cancel(new Canceled());
        }
    }

    @Override
    public void canceled(Call call) {
        Scope running = current;
        if (running != null) {
            running.cancel(new Canceled());
        }
    }

    /** The caller cancelled the call; where an attempt ran, he is told what that said instead. */
    static final class Canceled extends IOException {
        private static final long serialVersionUID = 1;

        Canceled() {
            super("Canceled");
        }

        @Override
        public synchronized Throwable fillInStackTrace() {
            return this;
        }
    }

    // ---- the end, and connections held over a follow-up

    @Override
    public void callEnd(Call call) {
        interceptorsReturned();
    }

    @Override
    public void callFailed(Call call, IOException ioe) {
        interceptorsReturned();
    }

    void attemptStarted() {
        List<OuterListener> more;
        synchronized (this) {
            open++;
            more = joined == null ? List.of() : List.copyOf(joined);
        }
        if (end != null) {
            end.attemptStarted();
        }
        more.forEach(OuterListener::attemptStarted);
    }

    void attemptOver(@Nullable IOException failure) {
        List<OuterListener> more;
        synchronized (this) {
            open--;
            more = joined == null ? List.of() : List.copyOf(joined);
        }
        if (end != null) {
            end.attemptOver(failure);
        }
        more.forEach(m -> m.attemptOver(failure));
    }

    /** The engine returns: listeners that joined the call meanwhile wait for its end like those that were there. */
    synchronized void holdEndForJoined() {
        EventListener now = listener();
        if (now == known() || !Internals.canReplaceListener()) {
            return;
        }
        OuterListener holder = new OuterListener(now, this, open);
        if (Internals.replaceListener(outer, holder)) {
            if (joined == null) {
                joined = new ArrayList<>(1);
            }
            joined.add(holder);
        }
    }

    /** All listeners of the call, as long as no other has joined. */
    private EventListener known() {
        return joined == null ? atStart : joined.get(joined.size() - 1);
    }

    /** Whether the one holds the end back from all of these. */
    synchronized boolean isHeldBy(OuterListener one, EventListener all) {
        return all == known() && (joined == null ? one == end : one == all);
    }

    /** OkHttp insists that an interceptor that proceeds again has closed the earlier response. */
    synchronized void checkClosed() {
        if (open > 0) {
            throw new IllegalStateException("cannot make a new request because the previous response is still open: "
                    + "please call response.close()");
        }
    }

    /** Nothing follows: releases are told as they come. */
    void interceptorsReturned() {
        synchronized (this) {
            holdRelease = false;
        }
        tellRelease();
    }

    /** Whether nobody holds the end of the call back, so that releases must be told when the engine returns. */
    synchronized boolean tellsEndAtOnce() {
        return end == null && joined == null;
    }

    /** A follow-up comes: OkHttp would keep the connection over it. */
    synchronized void holdRelease() {
        holdRelease = true;
    }

    void released(Connection connection) {
        synchronized (this) {
            if (holdRelease) {
                held = connection;
                return;
            }
        }
        listener().connectionReleased(outer, connection);
    }

    /** The same connection again: OkHttp keeps it over a follow-up, so the listener hears of neither. */
    boolean keptOver(Connection connection) {
        synchronized (this) {
            if (held == connection) {
                held = null;
                return true;
            }
        }
        tellRelease();
        return false;
    }

    void tellRelease() {
        Connection connection;
        synchronized (this) {
            connection = held;
            held = null;
        }
        if (connection != null) {
            listener().connectionReleased(outer, connection);
        }
    }
}
