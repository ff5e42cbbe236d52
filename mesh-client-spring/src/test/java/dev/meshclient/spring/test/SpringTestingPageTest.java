package dev.meshclient.spring.test;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

class SpringTestingPageTest {
    @Test
    void each_recipe_is_code_of_a_test_that_runs() throws IOException {
        StringBuilder tests = new StringBuilder();
        for (String directory : List.of("example", "test")) {
            try (Stream<Path> files = Files.list(Path.of("src/test/java/dev/meshclient/spring", directory))) {
                for (Path file : files.toList()) {
                    tests.append(code(Files.readString(file)));
                }
            }
        }
        List<String> recipes = Pattern.compile("```java\\n(.*?)```", Pattern.DOTALL)
                .matcher(Files.readString(Path.of("../docs/spring-testing.md")))
                .results()
                .map(found -> code(found.group(1)))
                .toList();
        assertThat(recipes).hasSizeGreaterThan(4).allSatisfy(recipe -> assertThat(tests.toString())
                .contains(recipe));
    }

    private static String code(String java) {
        return java.replaceAll("\\s+", "");
    }
}
