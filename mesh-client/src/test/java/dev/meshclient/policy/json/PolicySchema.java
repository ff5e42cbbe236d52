package dev.meshclient.policy.json;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.networknt.schema.JsonSchema;
import com.networknt.schema.JsonSchemaFactory;
import com.networknt.schema.OutputFormat;
import com.networknt.schema.SchemaValidatorsConfig;
import com.networknt.schema.SpecVersion;
import com.networknt.schema.regex.RegularExpression;
import dev.meshclient.policy.PolicyProblem;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.List;
import java.util.regex.Pattern;

/** The published schema, run by a validator that is not ours. */
final class PolicySchema {
    static final ObjectMapper JSON = new ObjectMapper();

    private static final JsonSchema SCHEMA = JsonSchemaFactory.getInstance(SpecVersion.VersionFlag.V202012)
            .getSchema(
                    PolicyCodec.schema(),
                    SchemaValidatorsConfig.builder()
                            .regularExpressionFactory(PolicySchema::expression)
                            .build());

    private PolicySchema() {}

    /** As in ECMAScript, whose expressions a schema holds: $ is the end, also where a line break stands before it. */
    private static RegularExpression expression(String regex) {
        Pattern pattern = Pattern.compile(regex.replaceFirst("\\$$", "\\\\z"));
        return value -> pattern.matcher(value).find();
    }

    /** The schema itself. */
    static JsonNode tree() {
        return parse(Fixtures.utf8(PolicyCodec.schema()));
    }

    static JsonNode parse(byte[] json) {
        try {
            return JSON.readTree(json);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    static byte[] bytes(JsonNode tree) {
        try {
            return JSON.writeValueAsBytes(tree);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** What the schema has against a document; empty = nothing. */
    static List<String> problems(JsonNode document) {
        return SCHEMA.validate(document).stream().map(Object::toString).toList();
    }

    /** Without the problems, which takes longer. */
    static boolean accepts(JsonNode document) {
        return SCHEMA.validate(document, OutputFormat.BOOLEAN);
    }

    /** What the codec has against it, as authors see it. */
    static List<PolicyProblem> problems(byte[] document) {
        return PolicyCodec.lint(document);
    }
}
