package dev.meshclient.policy;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.StreamSupport;
import org.junit.jupiter.api.Test;

/** Holds docs/policy.md against the schema, which is itself held against the codec and the engine. */
class PolicyDocsTest {
    private static final Path PAGE = Path.of("..", "docs", "policy.md");
    private static final String BEGIN = "<!-- fields: written from the schema, PolicyDocsTest compares -->\n";
    private static final String END = "<!-- end of fields -->";

    private final JsonNode schema = PolicySchema.tree();

    private static String page() throws IOException {
        return Files.readString(PAGE).replace("\r\n", "\n");
    }

    @Test
    void every_field_is_in_the_page_as_the_schema_has_it() throws Exception {
        String page = page();

        assertThat(page.substring(page.indexOf(BEGIN) + BEGIN.length(), page.indexOf(END)))
                .as("replace the fields in %s by:%n%s", PAGE, fields())
                .isEqualTo(fields());
    }

    private String fields() {
        StringBuilder text = new StringBuilder(table(schema));
        schema.get("$defs").forEach(def -> text.append(def.has("properties") ? table(def) : ""));
        return text.toString();
    }

    private String table(JsonNode object) {
        StringBuilder text = new StringBuilder("\n### `" + object.get("title").textValue() + "`\n\n");
        text.append(object.get("description").textValue());
        if (!object.has("patternProperties")) {
            text.append(" Unknown fields are refused here, always.");
        }
        text.append("\n\n| Field | Type | Default | Effect |\n|---|---|---|---|\n");
        List<String> required = texts(object.path("required"));
        object.get("properties").properties().forEach(field -> text.append(row(field, required)));
        return text.toString();
    }

    private String row(Map.Entry<String, JsonNode> field, List<String> required) {
        JsonNode value = field.getValue();
        String byDefault = required.contains(field.getKey())
                ? "required"
                : value.has("default") ? "`" + value.get("default") + "`" : "";
        return "| `" + field.getKey() + "` | " + type(value) + " | " + byDefault + " | "
                + value.get("description").textValue().replace("|", "\\|") + " |\n";
    }

    private String type(JsonNode value) {
        if (value.has("$ref")) {
            String name = value.get("$ref").textValue().substring("#/$defs/".length());
            JsonNode def = schema.get("$defs").get(name);
            return def.has("title")
                    ? "`" + def.get("title").textValue() + "`"
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
            case "array" -> "array" + bounds + " of " + type(value.get("items"));
            case "object" -> "object of " + type(value.get("additionalProperties"));
            default -> value.get("type").textValue() + bounds;
        };
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
