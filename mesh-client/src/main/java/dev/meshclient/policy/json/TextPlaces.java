package dev.meshclient.policy.json;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import dev.meshclient.policy.PolicyCheck.Written;
import dev.meshclient.policy.PolicyProblem;
import java.io.IOException;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Finds the text and line of some places. Reads the document again, only after a problem: counting lines would slow down every
 * reading.
 */
final class TextPlaces {
    private static final int SHOWN = 80;

    /** A step on the path to the places. */
    private static final class Step {
        private final Map<Object, Step> below = new HashMap<>();
        private @Nullable List<Object> place;
    }

    private final JsonParser parser;
    private final Map<List<Object>, Written> found = new HashMap<>();

    private TextPlaces(JsonParser parser) {
        this.parser = parser;
    }

    static Map<List<Object>, Written> find(byte[] json, Set<List<Object>> places) {
        Step root = new Step();
        for (List<Object> place : places) {
            Step at = root;
            for (Object step : place) {
                at = at.below.computeIfAbsent(step, s -> new Step());
            }
            at.place = place;
        }
        try (JsonParser parser = JsonCursor.FACTORY.createParser(json)) {
            TextPlaces text = new TextPlaces(parser);
            try {
                if (parser.nextToken() != null) {
                    text.walk(root, null);
                }
            } catch (IOException | RuntimeException e) {
                return text.found; // the text ends with a syntax error, which states its line itself
            }
            return text.found;
        } catch (IOException e) {
            return Map.of();
        }
    }

    private int line() {
        return parser.currentTokenLocation().getLineNr();
    }

    private int order() {
        return (int) parser.currentTokenLocation().getByteOffset();
    }

    /**
     * Reads the value at the parser's position.
     *
     * @param shown collects the text of an enclosing value; null: not needed
     */
    private void walk(Step at, @Nullable StringBuilder shown) throws IOException {
        int line = line();
        int order = order();
        absent(at, line, order);
        StringBuilder own = at.place == null ? shown : new StringBuilder();
        JsonToken token = parser.currentToken();
        String separator = "";
        if (token == JsonToken.START_OBJECT) {
            show(own, "{");
            while (parser.nextToken() != JsonToken.END_OBJECT) {
                String name = parser.currentName();
                show(own, separator + PolicyProblem.quoted(cut(name)) + ": ");
                parser.nextToken();
                next(at.below.remove(name), own);
                separator = ", ";
            }
            show(own, "}");
        } else if (token == JsonToken.START_ARRAY) {
            show(own, "[");
            for (int i = 0; parser.nextToken() != JsonToken.END_ARRAY; i++) {
                show(own, separator);
                next(at.below.remove((Object) i), own);
                separator = ", ";
            }
            show(own, "]");
        } else {
            String text = cut(parser.getText());
            show(own, token == JsonToken.VALUE_STRING ? PolicyProblem.quoted(text) : text);
        }
        if (at.place != null && own != null) {
            found.put(at.place, new Written(cut(own.toString()), line, order));
            show(shown, own.toString());
        }
    }

    private void next(@Nullable Step at, @Nullable StringBuilder shown) throws IOException {
        if (at == null && (shown == null || shown.length() > SHOWN)) {
            parser.skipChildren();
        } else {
            walk(at == null ? new Step() : at, shown);
        }
    }

    private static void show(@Nullable StringBuilder shown, String text) {
        if (shown != null && shown.length() <= SHOWN) {
            shown.append(text);
        }
    }

    private void absent(Step at, int line, int order) {
        if (at.place != null) {
            found.put(at.place, new Written(null, line, order));
        }
        at.below.values().forEach(below -> absent(below, line, order));
    }

    static String cut(String text) {
        return text.length() <= SHOWN ? text : text.substring(0, SHOWN) + "…";
    }
}
