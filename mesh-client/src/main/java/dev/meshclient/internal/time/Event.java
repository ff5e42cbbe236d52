package dev.meshclient.internal.time;

import org.jspecify.annotations.Nullable;

/** An event at an instant of virtual time: a timer fires, a task begins, or a waiting worker continues. */
final class Event {
    enum Kind {
        TIMER,
        TASK,
        WAKE
    }

    final Kind kind;
    final long at;
    final long tie;
    final long sequence;
    final String name;
    final @Nullable Runnable action;
    final @Nullable Worker worker;
    final String origin;
    final long madeAt;

    /** Its place in the heap; -1: not in it. */
    int index = -1;

    /**
     * @param tie drawn: among events of one instant the lesser comes first
     * @param sequence of making, so that the order is total
     * @param action of a timer or a task
     * @param worker to wake
     * @param origin the task that made it, at {@code madeAt}
     */
    Event(
            Kind kind,
            long at,
            long tie,
            long sequence,
            String name,
            @Nullable Runnable action,
            @Nullable Worker worker,
            String origin,
            long madeAt) {
        this.kind = kind;
        this.at = at;
        this.tie = tie;
        this.sequence = sequence;
        this.name = name;
        this.action = action;
        this.worker = worker;
        this.origin = origin;
        this.madeAt = madeAt;
    }

    boolean isBefore(Event other) {
        if (at != other.at) {
            return at < other.at;
        }
        return tie != other.tie ? tie < other.tie : sequence < other.sequence;
    }
}
