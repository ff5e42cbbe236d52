package dev.meshclient.policy.json;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;
import org.junit.jupiter.api.Test;

/**
 * Holds the tables of fields in docs/ against the schema, which is itself held against the codec and the engine. A page
 * has the tables whose titles stand between its two marks, in its own order.
 */
class PolicyDocsTest {
    private static final Path DOCS = Path.of("..", "docs");
    private static final String BEGIN = "<!-- fields: written from the schema, PolicyDocsTest compares -->\n";
    private static final String END = "<!-- end of fields -->";
    private static final Pattern TITLE = Pattern.compile("(?m)^### `(.*)`$");

    private final JsonNode schema = PolicySchema.tree();
    private final Map<String, JsonNode> objects = objects();
    private final Map<String, String> pages = pages();
    /** The page of each object, by title. */
    private final Map<String, String> homes = new HashMap<>();

    PolicyDocsTest() throws IOException {
        pages.forEach((page, fields) -> titles(fields).forEach(title -> homes.put(title, page)));
    }

    /** What stands between the marks, by page. */
    private static Map<String, String> pages() throws IOException {
        Map<String, String> pages = new TreeMap<>();
        try (Stream<Path> files = Files.list(DOCS)) {
            for (Path file : files.filter(Files::isRegularFile).toList()) {
                String text = Files.readString(file).replace("\r\n", "\n");
                int begin = text.indexOf(BEGIN);
                if (begin >= 0) {
                    pages.put(
                            file.getFileName().toString(),
                            text.substring(begin + BEGIN.length(), text.indexOf(END, begin)));
                }
            }
        }
        return pages;
    }

    private Map<String, JsonNode> objects() {
        Map<String, JsonNode> objects = new LinkedHashMap<>();
        Stream.concat(
                        Stream.of(schema),
                        StreamSupport.stream(schema.get("$defs").spliterator(), false))
                .filter(object -> object.has("properties"))
                .forEach(object -> objects.put(object.get("title").textValue(), object));
        return objects;
    }

    private static List<String> titles(String fields) {
        return TITLE.matcher(fields).results().map(title -> title.group(1)).toList();
    }

    @Test
    void every_object_of_the_schema_has_one_table_on_one_page() {
        assertThat(pages.values().stream().flatMap(fields -> titles(fields).stream()))
                .containsExactlyInAnyOrderElementsOf(objects.keySet());
    }

    @Test
    void every_field_is_in_its_page_as_the_schema_has_it() {
        pages.forEach((page, fields) -> {
            String right = titles(fields).stream()
                    .map(objects::get)
                    .filter(Objects::nonNull)
                    .map(object -> table(page, object))
                    .collect(Collectors.joining());
            assertThat(fields)
                    .as("replace the fields in docs/%s by:%n%s", page, right)
                    .isEqualTo(right);
        });
    }

    private String table(String page, JsonNode object) {
        StringBuilder text = new StringBuilder("\n### `" + object.get("title").textValue() + "`\n\n");
        text.append(object.get("description").textValue());
        if (!object.has("patternProperties")) {
            text.append(" Unknown fields are refused here, always.");
        }
        text.append("\n\n| Field | Type | Default | Effect |\n|---|---|---|---|\n");
        List<String> required = texts(object.path("required"));
        object.get("properties").properties().forEach(field -> text.append(row(page, field, required)));
        return text.toString();
    }

    private String row(String page, Map.Entry<String, JsonNode> field, List<String> required) {
        JsonNode value = field.getValue();
        String byDefault = required.contains(field.getKey())
                ? "required"
                : value.has("default") ? "`" + value.get("default") + "`" : "";
        return "| `" + field.getKey() + "` | " + type(page, value) + " | " + byDefault + " | "
                + value.get("description").textValue().replace("|", "\\|") + " |\n";
    }

    private String type(String page, JsonNode value) {
        if (value.has("$ref")) {
            String name = value.get("$ref").textValue().substring("#/$defs/".length());
            JsonNode def = schema.get("$defs").get(name);
            return def.has("title")
                    ? link(page, def.get("title").textValue())
                    : name.equals("duration") ? "duration" : "duration above 0";
        }
        if (value.has("const")) {
            return "`" + value.get("const").textValue() + "`";
        }
        if (value.has("enum")) {
            return texts(value.get("enum")).stream()
                    .map(word -> "`" + word + "`")
                    .collect(Collectors.joining(", "));
        }
        String bounds = bounds(value);
        return switch (value.get("type").textValue()) {
            case "array" -> "array" + bounds + " of " + type(page, value.get("items"));
            case "object" -> "object of " + type(page, value.get("additionalProperties"));
            default -> value.get("type").textValue() + bounds;
        };
    }

    private String link(String page, String title) {
        String home = homes.getOrDefault(title, "nowhere");
        return "[`" + title + "`](" + (home.equals(page) ? "" : home) + DocLinksTest.anchor("`" + title + "`") + ")";
    }

    private static String bounds(JsonNode value) {
        for (String[] names :
                new String[][] {{"minimum", "maximum"}, {"minLength", "maxLength"}, {"minItems", "maxItems"}}) {
            if (value.has(names[1])) {
                long min = value.path(names[0]).asLong();
                String from = min == 0 && !names[0].equals("minimum") ? "up to " : min + " to ";
                return " (" + from + value.get(names[1]).asLong() + ")";
            }
        }
        return "";
    }

    private static List<String> texts(JsonNode array) {
        return StreamSupport.stream(array.spliterator(), false)
                .map(JsonNode::textValue)
                .toList();
    }
}
