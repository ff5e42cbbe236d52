package dev.meshclient.policy;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonLocation;
import com.fasterxml.jackson.core.JsonParseException;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.StreamReadConstraints;
import java.io.EOFException;
import java.io.IOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Pattern;

/**
 * JSON text (RFC 8259) to a tree of {@link Node}. Stricter than the standard in three ways: a key stands once in an object,
 * strings hold no half of a surrogate pair, and nesting ends at {@value #MAX_DEPTH} levels.
 */
final class JsonText {
    static final int MAX_DEPTH = 200;

    private static final String SYNTAX = "JSON (RFC 8259) in UTF-8, nested at most " + MAX_DEPTH + " levels";

    // Where something began is told with words about the parser's own settings.
    private static final Pattern SOURCE = Pattern.compile("\\[Source: [^;\\]]*; (line: \\d+, column: \\d+)]");

    // One level more than ours, so that it is we who say so, with the line.
    // Interned names would outlive the document, and a document may hold millions.
    private static final JsonFactory FACTORY = JsonFactory.builder()
            .streamReadConstraints(StreamReadConstraints.builder()
                    .maxNestingDepth(MAX_DEPTH + 1)
                    .build())
            .disable(JsonFactory.Feature.INTERN_FIELD_NAMES)
            .build();

    private final JsonParser parser;
    private int depth;
    private int values;

    private JsonText(JsonParser parser) {
        this.parser = parser;
    }

    /** The root of the document. Syntax ends the reading at once; a key that stands twice is a problem like any other. */
    static Node parse(byte[] json, Problems problems) throws PolicyException {
        if (isUtf16Or32(json)) {
            problems.add("UTF-16 or UTF-32", SYNTAX, 0);
            throw problems.exception();
        }
        try (JsonParser parser = FACTORY.createParser(json)) {
            if (parser.nextToken() == null) {
                throw new EOFException("no value");
            }
            Node root = Node.root(problems);
            new JsonText(parser).read(root);
            if (parser.nextToken() != null) {
                JsonLocation at = parser.currentTokenLocation();
                problems.add(at(at) + ": a second value", "one JSON value and nothing after it", at.getLineNr());
                throw problems.exception();
            }
            return root;
        } catch (PolicyException e) {
            throw e;
        } catch (JsonProcessingException e) {
            JsonLocation at = e.getLocation();
            String where = at == null ? "" : at(at) + ": ";
            String what = Node.shortened(SOURCE.matcher(e.getOriginalMessage()).replaceAll("$1"), 200);
            problems.add(where + what, SYNTAX, at == null ? 0 : at.getLineNr());
        } catch (IOException | RuntimeException e) {
            // The parser says so of a hostile table of names, and of bytes that are no UTF-8 at the end of the input.
            problems.add(Node.shortened(String.valueOf(e.getMessage()), 200), SYNTAX, 0);
        }
        throw problems.exception();
    }

    /** The lines of some values of a text, by their places. Looked up when something is wrong: it would slow down each reading. */
    static Map<Integer, Integer> lines(byte[] json, Set<Integer> places) {
        Map<Integer, Integer> lines = new HashMap<>();
        int last = places.stream().mapToInt(place -> place).max().orElse(0);
        int place = 0;
        try (JsonParser parser = FACTORY.createParser(json)) {
            while (place < last) {
                JsonToken token = parser.nextToken();
                if (token == null) {
                    break;
                }
                boolean value = token.isStructStart() || token.isScalarValue();
                if (value && places.contains(++place)) {
                    lines.put(place, parser.currentTokenLocation().getLineNr());
                }
            }
        } catch (IOException | RuntimeException e) {
            return lines; // the text ends in an error of its own, which names its line itself
        }
        return lines;
    }

    private void read(Node node) throws IOException {
        node.at(++values);
        switch (parser.currentToken()) {
            case START_OBJECT -> {
                enter();
                node.set(object(node));
                depth--;
            }
            case START_ARRAY -> {
                enter();
                node.set(array(node));
                depth--;
            }
            case VALUE_STRING -> node.set(checked(node, parser.getText()));
            // The digits are kept, so that no number is too big for reading and none is rounded.
            case VALUE_NUMBER_INT, VALUE_NUMBER_FLOAT -> node.set(new Node.Digits(parser.getText()));
            case VALUE_TRUE -> node.set(true);
            case VALUE_FALSE -> node.set(false);
            default -> node.set(Node.Null.NULL);
        }
    }

    private void enter() throws JsonParseException {
        if (++depth > MAX_DEPTH) {
            throw new JsonParseException(parser, "nested too deeply");
        }
    }

    private Map<String, Node> object(Node node) throws IOException {
        Map<String, Node> fields = new LinkedHashMap<>();
        while (parser.nextToken() != JsonToken.END_OBJECT) {
            String name = parser.currentName();
            Node field = node.field(name);
            checked(field, name);
            parser.nextToken();
            read(field);
            if (fields.putIfAbsent(name, field) != null) {
                field.wrong("each key once in an object");
            }
        }
        return fields;
    }

    private List<Node> array(Node node) throws IOException {
        List<Node> items = new ArrayList<>();
        while (parser.nextToken() != JsonToken.END_ARRAY) {
            Node item = node.item(items.size());
            read(item);
            items.add(item);
        }
        return items;
    }

    /** Half a surrogate pair has no UTF-8 form: such a text could be read but neither written nor sent. */
    private static String checked(Node node, String text) {
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            if (!Character.isSurrogate(c)) {
                continue;
            }
            if (Character.isHighSurrogate(c) && i + 1 < text.length() && Character.isLowSurrogate(text.charAt(i + 1))) {
                i++;
            } else {
                node.wrong("a string", "well-formed Unicode, without half a surrogate pair");
                break;
            }
        }
        return text;
    }

    private static boolean isUtf16Or32(byte[] json) {
        return json.length >= 2
                && (json[0] == 0
                        || json[1] == 0
                        || (json[0] == (byte) 0xFE && json[1] == (byte) 0xFF)
                        || (json[0] == (byte) 0xFF && json[1] == (byte) 0xFE));
    }

    private static String at(JsonLocation location) {
        return "line " + location.getLineNr() + ", column " + location.getColumnNr();
    }
}
