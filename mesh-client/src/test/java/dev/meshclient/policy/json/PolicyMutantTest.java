package dev.meshclient.policy.json;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.fail;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.meshclient.policy.PolicyProblem;
import java.math.BigDecimal;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.Consumer;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Every good document with one thing changed in it, each thing in turn: the schema and the codec agree on all of them. */
class PolicyMutantTest {
    private static final JsonNodeFactory NEW = JsonNodeFactory.instance;
    private static final Pattern BEYOND_SCHEMA = Pattern.compile(
            "a service of this document.*|a subset of the service .*"
                    + "|a host that no other service claims.*|each .* once .*|percentages that add up .*|two different regions|a regular expression .*|a SPIFFE ID.*, since .*|tls of its own.*, since .*|X\\.509 certificates .*|a name of jwtProviders.*|a JWK set .*|each provider once|a name that URLs can write in ASCII.*|a prime, .*");

    static List<Path> good() {
        return Fixtures.corpus("good");
    }

    /** Counts the mutants and what became of them; each is a whole document. */
    private static final class Verdicts implements Consumer<JsonNode> {
        private int accepted;
        private int refused;

        @Override
        public void accept(JsonNode mutant) {
            byte[] text = PolicySchema.bytes(mutant);
            List<PolicyProblem> ofCodec = PolicySchema.problems(text).stream()
                    .filter(p -> p.value().equals("nothing")
                            || !BEYOND_SCHEMA.matcher(p.expected()).matches())
                    .toList();
            if (ofCodec.isEmpty() != PolicySchema.accepts(mutant)) {
                fail("codec %s, schema %s: %s", ofCodec, PolicySchema.problems(mutant), mutant);
            }
            if (ofCodec.isEmpty()) {
                accepted++;
            } else {
                refused++;
            }
        }
    }

    @ParameterizedTest
    @MethodSource("good")
    void schema_and_codec_agree_on_every_mutant(Path file) {
        JsonNode document = PolicySchema.parse(Fixtures.bytes(file));
        Verdicts verdicts = new Verdicts();

        mutate(document, document, verdicts);

        assertThat(verdicts.refused).isGreaterThan(20);
        assertThat(verdicts.accepted).isPositive();
    }

    /** Changes {@code at}, shows the document, and changes it back. */
    private static void mutate(JsonNode document, JsonNode at, Consumer<JsonNode> judge) {
        if (at instanceof ObjectNode object) {
            for (String name : names(object)) {
                JsonNode was = object.get(name);
                object.remove(name);
                judge.accept(document);
                for (JsonNode other : others(was)) {
                    object.set(name, other);
                    judge.accept(document);
                }
                object.set(name, was);
                mutate(document, was, judge);
            }
            for (String added : List.of("unknown", "x-note", "tls", "timeouts", "resolution", "authorization", "")) {
                if (!object.has(added)) {
                    object.put(added, "NONE");
                    judge.accept(document);
                    object.remove(added);
                }
            }
        } else if (at instanceof ArrayNode array) {
            for (int i = 0; i < array.size(); i++) {
                JsonNode was = array.get(i);
                for (JsonNode other : others(was)) {
                    array.set(i, other);
                    judge.accept(document);
                }
                array.set(i, was);
                mutate(document, was, judge);
            }
            array.add(NEW.nullNode());
            judge.accept(document);
            array.remove(array.size() - 1);
        }
    }

    /** Of other types, out of range, and of unknown words. */
    private static List<JsonNode> others(JsonNode was) {
        List<JsonNode> others = new ArrayList<>(List.of(
                NEW.nullNode(),
                NEW.booleanNode(true),
                NEW.objectNode(),
                NEW.arrayNode(),
                NEW.arrayNode().add(NEW.objectNode()),
                NEW.textNode(""),
                NEW.textNode("0s"),
                NEW.textNode("*"),
                NEW.textNode("/a?b"),
                NEW.textNode("NONE")));
        for (String number : List.of(
                "-1",
                "0",
                "1",
                "1.0",
                "0.5",
                "11",
                "101",
                "600",
                "65536",
                "1000001",
                "4294967296",
                "1e15",
                "1e16",
                "-0.0")) {
            others.add(NEW.numberNode(new BigDecimal(number)));
        }
        if (was.isTextual()) {
            others.add(NEW.textNode(was.textValue() + "\n"));
            others.add(NEW.textNode(was.textValue().toUpperCase(Locale.ROOT)));
            others.add(NEW.textNode(was.textValue().repeat(60)));
        }
        return others;
    }

    private static List<String> names(ObjectNode object) {
        return object.properties().stream().map(Map.Entry::getKey).toList();
    }

    @Test
    void a_reader_that_is_not_strict_differs_in_unknown_fields_only() throws Exception {
        byte[] unknown = Fixtures.utf8(
                Fixtures.services(
                        "'orders': {'hosts': ['orders'], 'reporting': {}, 'warmConnections': {}, 'endpoints': ["
                                + "{'address': '10.0.0.1', 'port': 1, 'zone': 'a'}, {'address': '10.0.0.2', 'port': 1, 'zone': 'b'}]}"));

        assertThat(PolicyCodec.read(unknown).unknownFields())
                .containsExactly(
                        "services.orders.reporting",
                        "services.orders.warmConnections (in this document it is nothing: calls open connections, and a healthCheck opens one to each endpoint of a called service)",
                        "services.orders.endpoints[].zone (in this document it is locality: \"region/zone\" of an endpoint)");
        assertThat(PolicySchema.problems(unknown)).hasSize(4);
    }
}
