package dev.meshclient.policy.json;

import java.io.IOException;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;

/**
 * The fields of an object, with a reader for each.
 *
 * @param <B> the builder that receives the values
 */
final class ObjectReader<B> {
    /** Reads the value of one field. */
    interface Field<B> {
        void read(JsonCursor in, B into) throws IOException;
    }

    /** Reads the value of the named field. */
    interface Fields<B> {
        void read(String name, JsonCursor in, B into) throws IOException;
    }

    private final boolean othersAreRefused;
    private final Map<String, Field<B>> fields = new LinkedHashMap<>();
    private final Map<String, String> required = new LinkedHashMap<>();
    private final Map<String, String> refused = new HashMap<>();

    private ObjectReader(boolean othersAreRefused) {
        this.othersAreRefused = othersAreRefused;
    }

    /** Ignores and lists unknown fields: newer servers may send more than this version knows. */
    static <B> ObjectReader<B> ignoringOthers() {
        return new ObjectReader<>(false);
    }

    /** Refuses unknown fields: to ignore them would change safety or meaning. */
    static <B> ObjectReader<B> refusingOthers() {
        return new ObjectReader<>(true);
    }

    ObjectReader<B> field(String name, Field<B> field) {
        fields.put(name, field);
        return this;
    }

    /** Fields that one method reads by its {@code switch}: with a lambda of each, every start of a mesh would load as many classes. */
    ObjectReader<B> fields(Fields<B> reader, String... names) {
        for (String name : names) {
            field(name, (in, into) -> reader.read(name, in, into));
        }
        return this;
    }

    /** The fields of another reader, for a part of the builder. */
    <P> ObjectReader<B> including(ObjectReader<P> other, Function<B, P> partOf) {
        other.fields.forEach((name, field) -> field(name, (in, into) -> field.read(in, partOf.apply(into))));
        return this;
    }

    /** A field whose absence must be recorded, since no stand-in shows it. */
    ObjectReader<B> required(String name, String expected, Field<B> field) {
        return field(name, field).required(name, expected);
    }

    /** The absence of a field that has a reader must be recorded. */
    ObjectReader<B> required(String name, String expected) {
        required.put(name, expected);
        return this;
    }

    /** @return what to throw for a field that is listed and that its {@code switch} lacks */
    static IllegalStateException unread(String name) {
        return new IllegalStateException("no reader of '" + name + "'");
    }

    /** Fields of features that this version does not have and that must not be ignored. */
    ObjectReader<B> unsupported(String... names) {
        for (String name : names) {
            refused.put(name, "not supported by this version, and not safe to ignore: leave it out");
        }
        return this;
    }

    /** Says what there is in place of a field that is not supported. */
    ObjectReader<B> instead(String name, String what) {
        refused.merge(name, "; " + what, String::concat);
        return this;
    }

    /** Fields that belong elsewhere and would have no effect here. */
    ObjectReader<B> misplaced(String place, String... names) {
        for (String name : names) {
            refused.put(name, "nothing: " + name + " stands " + place);
        }
        return this;
    }

    B read(JsonCursor in, B into) throws IOException {
        if (!in.isObject()) {
            in.wrong("an object");
            return into;
        }
        if (required.isEmpty()) { // such as an endpoint, of which large documents have many
            in.fields((cursor, name) -> field(cursor, name, into));
            return into;
        }
        Set<String> missing = new LinkedHashSet<>(required.keySet());
        in.fields((cursor, name) -> {
            missing.remove(name);
            field(cursor, name, into);
        });
        for (String name : missing) {
            in.unreadable(in.placeOf(name), "nothing", String.valueOf(required.get(name)));
        }
        return into;
    }

    private void field(JsonCursor in, String name, B into) throws IOException {
        Field<B> field = fields.get(name);
        if (field != null) {
            field.read(in, into);
        } else {
            other(in, name);
        }
    }

    private void other(JsonCursor in, String name) throws IOException {
        String why = refused.get(name);
        if (why != null) {
            in.found(null, why);
        } else if (othersAreRefused) {
            in.unknownFields().foundUnsafe(in, name, fields.keySet());
        } else if (!name.startsWith("x-")) {
            in.unknownFields().found(in, name, fields.keySet());
        }
        in.skip();
    }
}
