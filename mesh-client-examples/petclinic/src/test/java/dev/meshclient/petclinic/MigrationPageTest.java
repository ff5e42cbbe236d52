package dev.meshclient.petclinic;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

/** docs/spring-migration.md. */
class MigrationPageTest {
    private static String withoutSpace(String text) {
        return text.replaceAll("\\s+", "");
    }

    private static String source(String form) throws IOException {
        return withoutSpace(
                Files.readString(Path.of("src/test/java/dev/meshclient/petclinic/" + form + "/Gateway.java")));
    }

    @Test
    void its_java_is_that_of_the_gateways_that_are_tested() throws IOException {
        String page = Files.readString(Path.of("../../docs/spring-migration.md"));
        List<String> blocks = Pattern.compile("```java\\n(.*?)```", Pattern.DOTALL)
                .matcher(page)
                .results()
                .map((MatchResult block) -> withoutSpace(block.group(1)))
                .toList();
        assertThat(blocks).hasSize(4);
        assertThat(blocks.subList(0, 2))
                .allSatisfy(block -> assertThat(source("before")).contains(block));
        assertThat(blocks.subList(2, 4))
                .allSatisfy(block -> assertThat(source("after")).contains(block));
    }
}
