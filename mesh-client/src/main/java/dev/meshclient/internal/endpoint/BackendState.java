package dev.meshclient.internal.endpoint;

import java.util.Arrays;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** The state of a service, a subset or the mesh that outlives policies: slots, each declared by its concept. */
public class BackendState {
    private static final Object[] NOTHING = {};

    private volatile Object[] values = NOTHING; // slot, value, slot, value; few, and replaced as a whole

    /** The state in this slot; created on first use. */
    public final <T> T get(Slot<T> slot) {
        T found = find(slot);
        return found != null ? found : make(slot);
    }

    /** The state in this slot; null: not created yet. */
    @SuppressWarnings("unchecked") // make stores only values of the slot's type
    public final <T> @Nullable T find(Slot<T> slot) {
        Object[] now = values;
        for (int i = 0; i < now.length; i += 2) {
            if (now[i] == slot) {
                return (T) now[i + 1];
            }
        }
        return null;
    }

    private synchronized <T> T make(Slot<T> slot) {
        T found = find(slot);
        if (found == null) {
            found = slot.make().get();
            put(slot, found);
        }
        return found;
    }

    private void put(Slot<?> slot, Object value) {
        Object[] now = values;
        Object[] more = Arrays.copyOf(now, now.length + 2);
        more[now.length] = slot;
        more[now.length + 1] = value;
        values = more;
    }

    /** The busy slots, kept although no policy needs them; null: none. */
    @SuppressWarnings("unchecked")
    final @Nullable BackendState busyPart() {
        Object[] now = values;
        BackendState kept = null;
        for (int i = 0; i < now.length; i += 2) {
            Slot<Object> slot = (Slot<Object>) now[i];
            if (slot.busy().test(now[i + 1])) {
                kept = kept == null ? new BackendState() : kept;
                kept.put(slot, now[i + 1]);
            }
        }
        return kept;
    }

    /** Drops the slots that are not kept, because no policy needs the state any more. */
    @SuppressWarnings("unchecked")
    final void drop(@Nullable BackendState kept, Consumer<Runnable> step) {
        Object[] now = values;
        for (int i = 0; i < now.length; i += 2) {
            Slot<Object> slot = (Slot<Object>) now[i];
            Object value = now[i + 1];
            if (kept == null || kept.find(slot) != value) {
                step.accept(() -> slot.dropped().accept(value));
            }
        }
    }
}
