package dev.meshclient.spring;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

import dev.meshclient.Mesh;
import dev.meshclient.registry.PolicySource;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.Test;

class BuilderMethodsTest {
    private static final Duration NEGATIVE = Duration.ofSeconds(-1);

    @Test
    void refusals_of_the_start_name_properties() {
        Map<String, ThrowingCallable> refusals = new LinkedHashMap<>();
        refusals.put("claim takes", () -> Mesh.builder().claim("a b"));
        refusals.put("PolicySource.http", () -> PolicySource.http(URI.create("orders")));
        refusals.put("PolicySource.file(Path)", () -> PolicySource.http(URI.create("file:///policy.json")));
        refusals.put("PolicySource.file", () -> PolicySource.file(Path.of("/")));
        refusals.put(
                "bearerToken(file) or client(..)", () -> PolicySource.http(URI.create("http://me:secret@registry")));
        refusals.put("initialFetchTimeout", () -> Mesh.builder().initialFetchTimeout(NEGATIVE));
        refusals.put("staleTtl", () -> Mesh.builder().staleTtl(NEGATIVE));
        refusals.put("drainTimeout", () -> Mesh.builder().drainTimeout(NEGATIVE));

        assertThat(refusals).containsOnlyKeys(BuilderMethods.PROPERTIES.keySet());
        refusals.forEach((method, refusal) -> {
            String message = String.valueOf(catchThrowable(refusal).getMessage());
            assertThat(message).contains(method);
            MeshConfigurationException printed = new MeshConfigurationException(message, "Correct it.");
            assertThat(printed.description()).doesNotContain(method).contains(BuilderMethods.PROPERTIES.get(method));
            assertThat(printed).hasMessageStartingWith(printed.description());
        });
    }

    @Test
    void the_properties_exist() {
        BuilderMethods.PROPERTIES.values().forEach(text -> assertThat(Pattern.compile("mesh[.][a-z.-]+")
                        .matcher(text)
                        .results()
                        .map(MatchResult::group))
                .isNotEmpty()
                .allSatisfy(property -> assertThat(KnownProperties.ALL)
                        .anyMatch(known -> known.replace(".**", "").equals(property))));
    }
}
