package dev.meshclient.policy.json;

import com.fasterxml.jackson.core.JsonGenerator;
import dev.meshclient.internal.text.Durations;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** Writes the fields of an object; leaves out fields that have their default or no value. */
final class FieldWriter {
    private final JsonGenerator out;

    FieldWriter(JsonGenerator out) {
        this.out = out;
    }

    /** Writes an item of an array, or the fields of an object. */
    interface Part<T> {
        void write(T value) throws IOException;
    }

    <T> void object(String name, @Nullable T value, Part<T> fields) throws IOException {
        if (value != null) {
            out.writeFieldName(name);
            object(value, fields);
        }
    }

    <T> void object(T value, Part<T> fields) throws IOException {
        out.writeStartObject();
        fields.write(value);
        out.writeEndObject();
    }

    <T> void objectUnless(T byDefault, String name, T value, Part<T> fields) throws IOException {
        object(name, value.equals(byDefault) ? null : value, fields);
    }

    /** An object of objects. */
    <T> void entries(Map<String, T> entries, Part<T> fields) throws IOException {
        for (Map.Entry<String, T> entry : entries.entrySet()) {
            object(entry.getKey(), entry.getValue(), fields);
        }
    }

    <T> void objects(String name, List<T> items, Part<T> fields) throws IOException {
        if (!items.isEmpty()) {
            array(name, items, item -> object(item, fields));
        }
    }

    void texts(String name, List<String> items) throws IOException {
        if (!items.isEmpty()) {
            array(name, items, out::writeString);
        }
    }

    /** An array, also an empty one. */
    <T> void array(String name, @Nullable Iterable<T> items, Part<T> part) throws IOException {
        if (items != null) {
            out.writeArrayFieldStart(name);
            for (T item : items) {
                part.write(item);
            }
            out.writeEndArray();
        }
    }

    void labels(Map<String, String> labels) throws IOException {
        object("labels", new TreeMap<>(labels), sorted -> {
            for (Map.Entry<String, String> label : sorted.entrySet()) {
                text(label.getKey(), label.getValue());
            }
        });
    }

    void flag(String name, boolean value) throws IOException {
        if (value) {
            out.writeBooleanField(name, true);
        }
    }

    void stated(String name, @Nullable Boolean value) throws IOException {
        if (value != null) {
            out.writeBooleanField(name, value);
        }
    }

    void text(String name, @Nullable Object value) throws IOException {
        if (value != null) {
            out.writeStringField(name, value.toString());
        }
    }

    void number(String name, @Nullable Number value) throws IOException {
        if (value instanceof Double fraction) {
            out.writeNumberField(name, fraction);
        } else if (value != null) {
            out.writeNumberField(name, value.longValue());
        }
    }

    void unless(int byDefault, String name, int value) throws IOException {
        number(name, value == byDefault ? null : value);
    }

    void unless(Enum<?> byDefault, String name, Enum<?> value) throws IOException {
        text(name, value == byDefault ? null : value);
    }

    void unless(Duration byDefault, String name, Duration value) throws IOException {
        duration(name, value.equals(byDefault) ? null : value);
    }

    void duration(String name, @Nullable Duration value) throws IOException {
        text(name, value == null ? null : Durations.format(value));
    }
}
