package dev.meshclient.internal.limit;

/** A call in the queue of a backend; as an action it gives back what the call has when it ends: its slot, or its place. */
final class PendingCall implements Runnable {
    private final InFlight inFlight;
    private final Runnable wake;
    private volatile State state = State.NEW; // written under the lock of inFlight
    private int ahead;

    /** Whether it waits, and how its wait ended. */
    enum State {
        NEW,
        WAITING,
        /** It has a slot. */
        ADMITTED,
        /** The queue is full, or the limit is 0. */
        REFUSED,
        /** The mesh was closed. */
        CLOSED,
        ENDED
    }

    /** @param wake runs when it waits no longer, on any thread; must not wait */
    PendingCall(InFlight inFlight, Runnable wake) {
        this.inFlight = inFlight;
        this.wake = wake;
    }

    State state() {
        return state;
    }

    /** The calls that waited when it arrived. */
    int ahead() {
        return ahead;
    }

    void arrives(State now, int waiting) {
        ahead = waiting;
        state = now;
    }

    /** It waits no longer. */
    void becomes(State now) {
        state = now;
        wake.run();
    }

    /** It ends. @return what it was until now */
    State end() {
        State before = state;
        state = State.ENDED;
        return before;
    }

    @Override
    public void run() {
        inFlight.end(this);
    }
}
