package dev.meshclient.spring;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.InputStream;
import java.lang.reflect.RecordComponent;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** The tables of docs/spring.md and docs/spring-operations.md say what the metadata says, which IDEs show. */
class PropertiesDocTest {
    private static final Path PAGE = Path.of("../docs/spring.md");
    private static final Path OPERATIONS = Path.of("../docs/spring-operations.md");

    /** What is stated for a map, which the metadata does not look into. */
    private static final Map<String, List<Class<?>>> OF_MAPS = Map.of(
            "mesh.client.services", List.of(MeshProperties.ServiceProperties.class),
            "mesh.certificates", List.of(MeshProperties.IdentityProperties.class),
            "mesh.tokens", List.of(MeshProperties.TokenProperties.class));

    private static Map<String, String> metadata() throws IOException {
        Map<String, String> rows = new TreeMap<>();
        try (InputStream in =
                MeshProperties.class.getResourceAsStream("/META-INF/spring-configuration-metadata.json")) {
            for (JsonNode property : new ObjectMapper().readTree(in).get("properties")) {
                assertThat(property.path("description").asText())
                        .as("description of %s", property.get("name"))
                        .isNotBlank();
                rows.put(
                        property.get("name").asText(),
                        "| `%s` | %s | %s |"
                                .formatted(
                                        property.get("name").asText(),
                                        value(property.path("defaultValue")),
                                        property.get("description").asText()));
            }
        }
        return rows;
    }

    private static String value(JsonNode value) {
        return value.isMissingNode() || value.isArray() ? "" : "`" + value.asText() + "`";
    }

    @Test
    void the_table_has_every_property_with_its_default_and_description() throws IOException {
        assertThat(rows(Files.readString(PAGE).lines(), "mesh."))
                .isEqualTo(rows(metadata().values().stream(), "mesh."));
        assertThat(rows(Files.readString(OPERATIONS).lines(), "management."))
                .isEqualTo(rows(metadata().values().stream(), "management."));
    }

    /** A property that is not known fails the start. */
    @Test
    void the_known_properties_are_those_of_the_metadata() throws IOException {
        Map<String, String> known = new TreeMap<>();
        KnownProperties.ALL.stream()
                .filter(name -> !name.startsWith("mesh.test."))
                .forEach(name -> known.put(name.replaceAll("\\.\\*.*", ""), name));
        List<String> stated = metadata().keySet().stream()
                .filter(name -> name.startsWith("mesh."))
                .toList();
        assertThat(known.keySet()).containsExactlyElementsOf(stated);
        OF_MAPS.forEach((map, types) -> types.forEach(type -> {
            for (RecordComponent component : type.getRecordComponents()) {
                String name = map + ".*."
                        + component.getName().replaceAll("([A-Z])", "-$1").toLowerCase(Locale.ROOT);
                assertThat(KnownProperties.ALL)
                        .anyMatch(one -> one.replace(".**", "").equals(name));
            }
        }));
    }

    private static String rows(Stream<String> lines, String prefix) {
        return lines.filter(line -> line.startsWith("| `" + prefix)).collect(Collectors.joining("\n"));
    }

    @Test
    void hints_name_properties_that_exist() throws IOException {
        List<String> names = new ArrayList<>(metadata().keySet());
        OF_MAPS.keySet().forEach(map -> names.addAll(List.of(map + ".keys", map + ".values")));
        try (InputStream in =
                MeshProperties.class.getResourceAsStream("/META-INF/spring-configuration-metadata.json")) {
            JsonNode hints = new ObjectMapper().readTree(in).get("hints");
            assertThat(hints).isNotEmpty();
            for (JsonNode hint : hints) {
                assertThat(names).contains(hint.get("name").asText());
            }
        }
    }

    @Test
    void the_properties_that_the_page_uses_exist() throws IOException {
        List<String> names = List.copyOf(metadata().keySet());
        List<String> used = Pattern.compile("(?m)\\bmesh\\.[a-z.-]*[a-z](?==)")
                .matcher(Files.readString(PAGE))
                .results()
                .map(found -> found.group())
                .toList();
        assertThat(used).isNotEmpty().allSatisfy(name -> assertThat(names)
                .anyMatch(known -> name.equals(known) || (OF_MAPS.containsKey(known) && name.startsWith(known + "."))));
    }
}
