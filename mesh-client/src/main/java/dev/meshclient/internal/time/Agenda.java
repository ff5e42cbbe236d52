package dev.meshclient.internal.time;

import java.util.List;
import java.util.SplittableRandom;
import org.jspecify.annotations.Nullable;

/** The events to come, and the instant up to which all have happened: the clock of virtual time. */
final class Agenda {
    private static final int MAX_AT_ONCE = 1_000_000;

    private final EventHeap heap = new EventHeap();
    private final SplittableRandom ties;
    private final long tick;
    private long now;
    private long sequence;
    private int atOnce;

    Agenda(long seed, long tick) {
        this.ties = new SplittableRandom(seed);
        this.tick = tick;
    }

    long now() {
        return now;
    }

    Event add(
            Event.Kind kind, long at, String name, @Nullable Runnable action, @Nullable Worker worker, String origin) {
        long when = Math.max(onTick(at), now);
        Event event = new Event(kind, when, ties.nextLong(), sequence++, name, action, worker, origin, now);
        heap.add(event);
        return event;
    }

    private long onTick(long at) {
        long over = at % tick;
        return over <= 0 || at > Time.NEVER - tick ? at : at - over + tick;
    }

    void remove(Event event) {
        heap.remove(event);
    }

    /** The next event, whose instant is then now; null if there is none. */
    @Nullable
    Event next() {
        Event event = heap.poll();
        if (event != null) {
            atOnce = event.at == now ? atOnce + 1 : 0;
            now = event.at;
            if (atOnce > MAX_AT_ONCE) {
                throw new AssertionError("time stands still: " + MAX_AT_ONCE + " events at this instant, this one is '"
                        + event.name + "' of '" + event.origin + "'");
            }
        }
        return event;
    }

    List<Event> rest() {
        return heap.rest();
    }
}
