package dev.meshclient.policy.json;

import com.fasterxml.jackson.core.JsonLocation;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import dev.meshclient.policy.PolicyCheck;
import dev.meshclient.policy.PolicyException;
import java.io.IOException;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Pattern;

/** The bytes of a document: exactly one JSON value in UTF-8. */
final class JsonText {
    private static final String SYNTAX = "JSON (RFC 8259) in UTF-8, nested at most " + JsonCursor.MAX_DEPTH + " levels";
    private static final String NO_YAML = "; YAML is not read: convert it, with 'yq -o json' for example";
    private static final String DEFECT = "any document; this is a defect of mesh-client: please report it";
    private static final int SHOWN = 200;

    // The parser adds its own settings to the location of a value.
    private static final Pattern SOURCE = Pattern.compile("\\[Source: [^;\\]]*; (line: \\d+, column: \\d+)]");

    /** Reads the only value of a text. */
    interface Reading {
        void read(JsonCursor in) throws IOException;
    }

    private final byte[] json;
    private final PolicyCheck check;

    JsonText(byte[] json, PolicyCheck check) {
        this.json = json;
        this.check = check;
    }

    /**
     * Reads the text. A syntax error ends the reading at once; a duplicate key is a problem like any other.
     *
     * @return paths of fields that this version does not know, if they are not problems
     */
    List<String> read(boolean strict, Reading reading) throws PolicyException {
        if (isUtf16Or32(json)) {
            throw refused("UTF-16 or UTF-32", SYNTAX, 0);
        }
        try (JsonParser parser = JsonCursor.FACTORY.createParser(json)) {
            UnknownFields unknownFields = new UnknownFields(strict);
            JsonCursor cursor = new JsonCursor(json, parser, check, unknownFields);
            cursor.start();
            reading.read(cursor);
            JsonLocation second = cursor.end();
            if (second != null) {
                throw refused(
                        at(second) + ": a second value", "one JSON value and nothing after it", second.getLineNr());
            }
            return unknownFields.ignored();
        } catch (PolicyException e) {
            throw e;
        } catch (JsonProcessingException e) {
            JsonLocation at = e.getLocation();
            String where = at == null ? "" : at(at) + ": ";
            String what = shortened(SOURCE.matcher(e.getOriginalMessage()).replaceAll("$1"));
            throw refused(where + what, isYaml(json) ? SYNTAX + NO_YAML : SYNTAX, at == null ? 0 : at.getLineNr());
        } catch (IOException e) { // such as bytes that are not UTF-8 at the end of the input
            throw refused(shortened(String.valueOf(e.getMessage())), SYNTAX, 0);
        } catch (RuntimeException e) {
            if (!isSyntaxOf(e)) {
                PolicyException defect = refused(shortened(e.toString()), DEFECT, 0);
                defect.initCause(e);
                throw defect;
            }
            throw refused(shortened(String.valueOf(e.getMessage())), SYNTAX, 0);
        }
    }

    /** Whether the parser alone throws the same, for a hostile table of names for example. */
    private boolean isSyntaxOf(RuntimeException thrown) {
        try (JsonParser parser = JsonCursor.FACTORY.createParser(json)) {
            while (parser.nextToken() != null) {
                parser.getText();
            }
            return false;
        } catch (IOException | RuntimeException e) {
            return e.getClass() == thrown.getClass();
        }
    }

    private PolicyException refused(String what, String expected, int line) {
        check.found(List.of(), what, expected, line);
        check.locate(this::at);
        return new PolicyException(check.problems());
    }

    Map<List<Object>, PolicyCheck.Written> at(Set<List<Object>> places) {
        return TextPlaces.find(json, places);
    }

    private static String shortened(String text) {
        return text.length() <= SHOWN ? text : text.substring(0, SHOWN) + "…";
    }

    private static boolean isUtf16Or32(byte[] json) {
        return json.length >= 2
                && (json[0] == 0
                        || json[1] == 0
                        || (json[0] == (byte) 0xFE && json[1] == (byte) 0xFF)
                        || (json[0] == (byte) 0xFF && json[1] == (byte) 0xFE));
    }

    /** Whether the text begins as YAML usually does: a key, a comment or {@code ---}. */
    private static boolean isYaml(byte[] json) {
        int first = 0;
        while (first < json.length && json[first] <= ' ' && json[first] >= 0) {
            first++;
        }
        return first < json.length && (Character.isLetter(json[first]) || json[first] == '#' || json[first] == '-');
    }

    private static String at(JsonLocation location) {
        return "line " + location.getLineNr() + ", column " + location.getColumnNr();
    }
}
