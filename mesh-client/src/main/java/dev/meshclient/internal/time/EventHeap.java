package dev.meshclient.internal.time;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Events in the order in which they happen, any of which may be taken out. */
final class EventHeap {
    private final List<Event> heap = new ArrayList<>();

    void add(Event event) {
        heap.add(event);
        up(heap.size() - 1, event);
    }

    /** The next one, or null. */
    @Nullable
    Event poll() {
        if (heap.isEmpty()) {
            return null;
        }
        Event first = heap.get(0);
        remove(first);
        return first;
    }

    /** Harmless if it happened already. */
    void remove(Event event) {
        int i = event.index;
        if (i < 0) {
            return;
        }
        event.index = -1;
        Event last = heap.remove(heap.size() - 1);
        if (last != event) {
            down(i, last);
            up(last.index, last);
        }
    }

    /** The events that are left, in order. */
    List<Event> rest() {
        List<Event> rest = new ArrayList<>(heap);
        rest.sort((a, b) -> a == b ? 0 : a.isBefore(b) ? -1 : 1);
        return rest;
    }

    private void up(int from, Event event) {
        int i = from;
        for (int parent = (i - 1) >>> 1; i > 0 && event.isBefore(heap.get(parent)); parent = (i - 1) >>> 1) {
            put(i, heap.get(parent));
            i = parent;
        }
        put(i, event);
    }

    private void down(int from, Event event) {
        int i = from;
        for (int child = 2 * i + 1; child < heap.size(); child = 2 * i + 1) {
            if (child + 1 < heap.size() && heap.get(child + 1).isBefore(heap.get(child))) {
                child++;
            }
            if (!heap.get(child).isBefore(event)) {
                break;
            }
            put(i, heap.get(child));
            i = child;
        }
        put(i, event);
    }

    private void put(int i, Event event) {
        heap.set(i, event);
        event.index = i;
    }
}
