package dev.meshclient.internal.time;

/** A timer and its action in one object, for what every call arms. It is armed at most once: {@link Time#arm}. */
public abstract class Alarm implements Time.Timer {
    /** The list that it is in, which is also its lock; before it is armed itself. Of another clock: its timer. */
    Time.Timer armed = this;

    Alarm prev = this;
    Alarm next = this;
    long at;

    /**
     * Its time has come; on a timer thread, so it must not wait.
     *
     * @param due the time that it was armed for
     */
    protected abstract void ring(long due);

    @Override
    public final void cancel() {
        Time.Timer now = armed;
        if (now instanceof Alarm list) {
            synchronized (list) {
                unlink();
            }
        } else {
            now.cancel();
        }
    }

    void linkAfter(Alarm list) {
        prev = list;
        next = list.next;
        list.next.prev = this;
        list.next = this;
    }

    void unlink() {
        next.prev = prev;
        prev.next = next;
        next = this;
        prev = this;
    }
}
