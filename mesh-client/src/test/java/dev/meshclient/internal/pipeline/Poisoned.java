package dev.meshclient.internal.pipeline;

import dev.meshclient.policy.MeshPolicy;
import dev.meshclient.policy.PolicyDocument;
import java.lang.reflect.Constructor;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.RecordComponent;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Policies that no document can express: one value deep in a policy is replaced by a value on which a concept fails. */
final class Poisoned {
    private Poisoned() {}

    /** The record with each single value replaced, by the path of the value; records that refuse the value are left out. */
    @SuppressWarnings("unchecked") // a record with a value replaced is of the same class
    static <R extends Record> Map<String, R> all(R record) {
        Map<String, R> all = new LinkedHashMap<>();
        each(record.getClass().getSimpleName(), record, (path, poisoned) -> {
            if (poisoned != null) { // no policy has a null in the place of a service
                all.put(path, (R) poisoned);
            }
        });
        return all;
    }

    /** A document that was not checked: no factory makes one. */
    static PolicyDocument document(MeshPolicy policy) {
        try {
            Constructor<PolicyDocument> unchecked =
                    PolicyDocument.class.getDeclaredConstructor(MeshPolicy.class, List.class, Map.class, Set.class);
            unchecked.setAccessible(true);
            return unchecked.newInstance(policy, List.of(), Map.of(), Set.of());
        } catch (ReflectiveOperationException e) {
            throw new LinkageError(e.toString(), e);
        }
    }

    private interface Sink {
        void take(String path, @Nullable Object poisoned);
    }

    private static void each(String path, @Nullable Object value, Sink sink) {
        if (value instanceof Record record) {
            RecordComponent[] components = record.getClass().getRecordComponents();
            for (int i = 0; i < components.length; i++) {
                int at = i;
                each(path + "." + components[i].getName(), get(record, components[i]), (below, poisoned) -> {
                    Record made = with(record, components, at, poisoned);
                    if (made != null) {
                        sink.take(below, made);
                    }
                });
            }
        } else if (value instanceof List<?> list && !list.isEmpty()) {
            each(path + "[0]", list.get(0), (below, poisoned) -> {
                List<@Nullable Object> made = new ArrayList<>(list);
                made.set(0, poisoned);
                sink.take(below, made);
            });
        }
        sink.take(path + " = null", null);
        if (value instanceof Duration) {
            sink.take(path + " = too long", Duration.ofSeconds(Long.MAX_VALUE));
        } else if (value instanceof String) {
            sink.take(path + " = \\", "a b:c\\");
        } else if (value instanceof Integer) {
            sink.take(path + " = -1", -1);
        }
    }

    private static @Nullable Object get(Record record, RecordComponent component) {
        try {
            component.getAccessor().setAccessible(true);
            return component.getAccessor().invoke(record);
        } catch (ReflectiveOperationException e) {
            throw new LinkageError(e.toString(), e);
        }
    }

    private static @Nullable Record with(Record record, RecordComponent[] components, int at, @Nullable Object value) {
        try {
            Constructor<? extends Record> canonical = record.getClass()
                    .getDeclaredConstructor(Arrays.stream(components)
                            .map(RecordComponent::getType)
                            .toArray(Class[]::new));
            canonical.setAccessible(true);
            @Nullable Object[] values = new Object[components.length];
            for (int i = 0; i < values.length; i++) {
                values[i] = i == at ? value : get(record, components[i]);
            }
            return canonical.newInstance(values);
        } catch (InvocationTargetException | IllegalArgumentException e) {
            return null; // the record refuses it
        } catch (ReflectiveOperationException e) {
            throw new LinkageError(e.toString(), e);
        }
    }
}
