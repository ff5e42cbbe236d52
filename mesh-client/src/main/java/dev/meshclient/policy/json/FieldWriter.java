package dev.meshclient.policy.json;

import com.fasterxml.jackson.core.JsonGenerator;
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

    /** Writes one value of a list or map. */
    interface Part<T> {
        void write(T value) throws IOException;
    }

    void labels(Map<String, String> labels) throws IOException {
        out.writeObjectFieldStart("labels");
        for (Map.Entry<String, String> label : new TreeMap<>(labels).entrySet()) {
            out.writeStringField(label.getKey(), label.getValue());
        }
        out.writeEndObject();
    }

    void flag(String name, boolean value) throws IOException {
        if (value) {
            out.writeBooleanField(name, true);
        }
    }

    <T> void list(String name, List<T> items, Part<T> part) throws IOException {
        if (!items.isEmpty()) {
            array(name, items, part);
        }
    }

    <T> void array(String name, List<T> items, Part<T> part) throws IOException {
        out.writeArrayFieldStart(name);
        for (T item : items) {
            part.write(item);
        }
        out.writeEndArray();
    }

    void text(String name, @Nullable Object value) throws IOException {
        if (value != null) {
            out.writeStringField(name, value.toString());
        }
    }

    void number(String name, @Nullable Number value) throws IOException {
        if (value != null) {
            out.writeNumberField(name, value.longValue());
        }
    }

    void unless(int byDefault, String name, int value) throws IOException {
        if (value != byDefault) {
            out.writeNumberField(name, value);
        }
    }

    void duration(String name, @Nullable Duration value) throws IOException {
        if (value != null) {
            out.writeStringField(name, Durations.format(value));
        }
    }
}
