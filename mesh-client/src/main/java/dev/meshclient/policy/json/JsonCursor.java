package dev.meshclient.policy.json;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonLocation;
import com.fasterxml.jackson.core.JsonParseException;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonStreamContext;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.StreamReadConstraints;
import dev.meshclient.internal.text.Durations;
import dev.meshclient.policy.PolicyCheck;
import java.io.EOFException;
import java.io.IOException;
import java.math.BigDecimal;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Reads JSON text (RFC 8259) value by value: each method reads the value at the cursor and leaves the cursor at that value's
 * last token. A value of the wrong type is recorded and replaced by a stand-in, so that the rest is read too. Stricter than the
 * standard in three ways: a key is unique within its object, strings contain no unpaired surrogate, and nesting ends at
 * {@value #MAX_DEPTH} levels.
 */
final class JsonCursor {
    static final int MAX_DEPTH = 200;

    // One level more than the limit, so that this class reports it, with the line. Interned names would outlive the
    // document, and a document may have millions.
    static final JsonFactory FACTORY = JsonFactory.builder()
            .streamReadConstraints(StreamReadConstraints.builder()
                    .maxNestingDepth(MAX_DEPTH + 1)
                    .build())
            .disable(JsonFactory.Feature.INTERN_FIELD_NAMES)
            .build();

    private static final int FEW_NAMES = 16;

    /** A value of a list or of an object with free keys. */
    interface Reader<T> {
        T read(JsonCursor in) throws IOException;
    }

    private final byte[] json;
    private final JsonParser parser;
    private final PolicyCheck check;
    private final UnknownFields unknownFields;
    private final SharedStrings strings = new SharedStrings();
    private final Map<List<String>, Map<String, String>> stringMaps = new HashMap<>();
    private final List<String> keysAndValues = new ArrayList<>();
    private String[] names = new String[64]; // of the open objects
    private int open;
    private int depth;
    private @Nullable List<String> skipped; // the texts of skipped values are recorded here

    JsonCursor(byte[] json, JsonParser parser, PolicyCheck check, UnknownFields unknownFields) {
        this.json = json;
        this.parser = parser;
        this.check = check;
        this.unknownFields = unknownFields;
    }

    /** Moves to the only value of the text. */
    void start() throws IOException {
        if (parser.nextToken() == null) {
            throw new EOFException("no value");
        }
    }

    /** The location of a second value; null: there is none. */
    @Nullable
    JsonLocation end() throws IOException {
        return parser.nextToken() == null ? null : parser.currentTokenLocation();
    }

    boolean isObject() {
        return parser.currentToken() == JsonToken.START_OBJECT;
    }

    boolean isText(String text) throws IOException {
        return parser.currentToken() == JsonToken.VALUE_STRING
                && parser.getText().equals(text);
    }

    boolean isNull() {
        return parser.currentToken() == JsonToken.VALUE_NULL;
    }

    // ---- problems

    /** The path of the current value: keys and, as integers, indexes. */
    List<Object> place() {
        JsonStreamContext at = parser.getParsingContext();
        if (parser.currentToken() == JsonToken.START_OBJECT || parser.currentToken() == JsonToken.START_ARRAY) {
            at = at.getParent();
        }
        List<Object> steps = new ArrayList<>();
        for (; !at.inRoot(); at = at.getParent()) {
            steps.add(at.inArray() ? (Object) at.getCurrentIndex() : at.getCurrentName());
        }
        Collections.reverse(steps);
        return steps;
    }

    List<Object> placeOf(Object step) {
        List<Object> place = place();
        place.add(step);
        return place;
    }

    /** The position of the current token in the text. */
    int offset() {
        return (int) parser.currentTokenLocation().getByteOffset();
    }

    int line() {
        return parser.currentTokenLocation().getLineNr();
    }

    /** Records that the current value is not of the expected kind, and skips it. */
    void wrong(String expected) throws IOException {
        check.unreadable(place(), null, expected, line());
        skip();
    }

    /** Records that the result for the current value, or for a part of it, is a stand-in. */
    void unreadable(List<Object> place, @Nullable String found, String expected) {
        check.unreadable(place, found, expected, 0);
    }

    /** Tells that the key of the current value is a synonym of this one. */
    void writtenAs(String key) {
        List<Object> place = place();
        List<Object> as = new ArrayList<>(place);
        as.set(as.size() - 1, key);
        check.writtenAs(as, place);
    }

    void writtenAs(List<Object> place, List<Object> written) {
        check.writtenAs(place, written);
    }

    /** Records that the current value, which was read or skipped, must not be stated. */
    void found(@Nullable String value, String expected) {
        check.found(place(), value, expected, line());
    }

    UnknownFields unknownFields() {
        return unknownFields;
    }

    // ---- values

    /** Skips the current value of any type. */
    void skip() throws IOException {
        JsonToken token = parser.currentToken();
        if (token == JsonToken.START_OBJECT) {
            fields((in, name) -> {
                note(name);
                in.skip();
            });
        } else if (token == JsonToken.START_ARRAY) {
            enter();
            while (parser.nextToken() != JsonToken.END_ARRAY) {
                skip();
            }
            depth--;
        } else if (token == JsonToken.VALUE_STRING) {
            note(string());
        }
    }

    /** Skips a value that was read from an earlier text: its keys were checked then. */
    void skipUnchanged() throws IOException {
        parser.skipChildren();
    }

    private void note(String text) {
        if (skipped != null) {
            skipped.add(text);
        }
    }

    String text() throws IOException {
        if (parser.currentToken() != JsonToken.VALUE_STRING) {
            wrong("a string");
            return "";
        }
        return string();
    }

    /** An integer of 32 bits. */
    int integer() throws IOException {
        long number = longInteger();
        if (number != (int) number) {
            check.unreadable(place(), null, "an integer of at most " + Integer.MAX_VALUE, line());
            return Integer.MIN_VALUE;
        }
        return (int) number;
    }

    /** A number of 18 digits at most and without a fraction; {@code 2.0} and {@code 2e0} are 2, as in JSON Schema. */
    long longInteger() throws IOException {
        JsonToken token = parser.currentToken();
        if (token == JsonToken.VALUE_NUMBER_INT && parser.getTextLength() < 18) {
            return parser.getLongValue();
        }
        Long number = token != null && token.isNumeric() ? integral(parser.getText()) : null;
        if (number == null) {
            wrong("an integer");
            return Long.MIN_VALUE;
        }
        return number;
    }

    /** A number with or without a fraction. */
    double number() throws IOException {
        JsonToken token = parser.currentToken();
        if (token == null || !token.isNumeric()) {
            wrong("a number");
            return Double.NaN;
        }
        return Double.parseDouble(parser.getText());
    }

    private static @Nullable Long integral(String digits) {
        try {
            BigDecimal number = new BigDecimal(digits);
            // Checked before the conversion: 1e999999999 is short to write and long to compute.
            long magnitude = (long) number.precision() - number.scale();
            if (number.signum() == 0) {
                return 0L;
            }
            if (magnitude > 18) {
                return number.signum() > 0 ? Long.MAX_VALUE : Long.MIN_VALUE;
            }
            return magnitude < 1 ? null : (Long) number.longValueExact();
        } catch (ArithmeticException | NumberFormatException e) {
            return null; // a fraction, or a huge exponent
        }
    }

    Duration duration() throws IOException {
        Duration duration = parser.currentToken() == JsonToken.VALUE_STRING ? Durations.parse(string()) : null;
        if (duration == null) {
            wrong(Durations.EXPECTED);
            return Duration.ZERO;
        }
        return duration;
    }

    /** A duration, or this word: null. */
    @Nullable
    Duration durationOr(String word) throws IOException {
        Duration duration = parser.currentToken() == JsonToken.VALUE_STRING ? Durations.parse(parser.getText()) : null;
        if (duration == null && !isText(word)) {
            wrong(Durations.EXPECTED + "; or \"" + word + "\"");
            return Duration.ofMillis(1); // legal wherever the word is: the check adds no second problem
        }
        return duration;
    }

    boolean flag() throws IOException {
        JsonToken token = parser.currentToken();
        if (token != JsonToken.VALUE_TRUE && token != JsonToken.VALUE_FALSE) {
            wrong("true or false");
        }
        return token == JsonToken.VALUE_TRUE;
    }

    <E> E word(Words<E> words) throws IOException {
        String text = parser.currentToken() == JsonToken.VALUE_STRING ? string() : null;
        E meaning = text == null ? null : words.meaning(text);
        if (meaning == null) {
            wrong(words.expected(text));
            return words.any();
        }
        return meaning;
    }

    /** The items of an array; an empty array is a problem if {@code min} is 1. */
    <T> List<T> list(int min, Reader<T> reader) throws IOException {
        if (parser.currentToken() != JsonToken.START_ARRAY) {
            if (parser.currentToken() == JsonToken.START_OBJECT) {
                check.unreadable(place(), "an object", "an array of items", line());
                skip();
            } else {
                wrong("an array of items");
            }
            return List.of();
        }
        enter();
        List<T> items = new ArrayList<>();
        while (parser.nextToken() != JsonToken.END_ARRAY) {
            items.add(reader.read(this));
        }
        depth--;
        if (items.size() < min) {
            check.unreadable(place(), "0 items", "an array of at least " + min + " item", line());
        }
        return items;
    }

    /** An array of strings. If it is none, that is a problem, and the result has all strings and keys of the value. */
    List<String> texts(int min) throws IOException {
        List<String> others = new ArrayList<>();
        skipped = others;
        List<String> texts = new ArrayList<>(list(min, JsonCursor::text));
        skipped = null;
        texts.addAll(others);
        return texts;
    }

    /** An object with arbitrary keys, in its order. */
    <T> Map<String, T> entries(Reader<T> reader) throws IOException {
        if (parser.currentToken() != JsonToken.START_OBJECT) {
            wrong("an object");
            return Map.of();
        }
        Map<String, T> result = new LinkedHashMap<>();
        fields((in, name) -> result.put(name, reader.read(in)));
        return result;
    }

    /** An object of strings; equal strings become one object. */
    Map<String, String> strings() throws IOException {
        if (parser.currentToken() != JsonToken.START_OBJECT) {
            wrong("an object of strings");
            return Map.of();
        }
        keysAndValues.clear();
        fields((in, name) -> {
            keysAndValues.add(name);
            keysAndValues.add(in.text());
        });
        Map<String, String> known = stringMaps.get(keysAndValues);
        if (known == null) {
            Map<String, String> made = new LinkedHashMap<>();
            for (int i = 0; i < keysAndValues.size(); i += 2) {
                made.put(keysAndValues.get(i), keysAndValues.get(i + 1));
            }
            known = Map.copyOf(made);
            stringMaps.put(List.copyOf(keysAndValues), known);
        }
        return known;
    }

    /** Reads the value of a field. */
    interface FieldReader {
        void read(JsonCursor in, String name) throws IOException;
    }

    /** Reads the fields of the object that begins here, each once. */
    void fields(FieldReader reader) throws IOException {
        enter();
        int first = open;
        Set<String> many = null;
        while (parser.nextToken() != JsonToken.END_OBJECT) {
            String name = parser.currentName();
            parser.nextToken();
            wellFormed(name);
            if (many == null && open - first == FEW_NAMES) {
                many = new HashSet<>(Arrays.asList(names).subList(first, open));
            }
            if (many == null ? isOpen(name, first) : !many.add(name)) {
                found(null, "each key once in an object");
                skip();
                continue;
            }
            if (many == null) {
                if (open == names.length) {
                    names = Arrays.copyOf(names, open * 2);
                }
                names[open++] = name;
            }
            reader.read(this, name);
        }
        open = first;
        depth--;
    }

    private boolean isOpen(String name, int first) {
        for (int i = first; i < open; i++) {
            if (names[i].equals(name)) {
                return true;
            }
        }
        return false;
    }

    /** The JSON text of the current object, as it is written. */
    String json() throws IOException {
        int begin = offset();
        skip();
        return new String(json, begin, offset() + 1 - begin, StandardCharsets.UTF_8);
    }

    private void enter() throws JsonParseException {
        if (++depth > MAX_DEPTH) {
            throw new JsonParseException(parser, "nested too deeply");
        }
    }

    private String string() throws IOException {
        String text = strings.of(parser.getTextCharacters(), parser.getTextOffset(), parser.getTextLength());
        wellFormed(text);
        return text;
    }

    /** An unpaired surrogate has no UTF-8 form: the text could be read but neither written nor sent. */
    private void wellFormed(String text) {
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            if (!Character.isSurrogate(c)) {
                continue;
            }
            if (Character.isHighSurrogate(c) && i + 1 < text.length() && Character.isLowSurrogate(text.charAt(i + 1))) {
                i++;
            } else {
                found("a string", "well-formed Unicode, without half a surrogate pair");
                return;
            }
        }
    }
}
