package dev.meshclient.examples;

import static org.assertj.core.api.Assertions.assertThat;

import dev.meshclient.policy.PolicyCodec;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

class ReadmeTest {
    private static final Path ROOT = Path.of("..");

    private final String readme = read(ROOT.resolve("README.md"));

    @Test
    void its_java_is_the_quick_start_that_runs() {
        String source = read(Path.of("src/main/java/dev/meshclient/examples/QuickStart.java"));
        assertThat(withoutSpace(source)).contains(withoutSpace(block("java")));
    }

    @Test
    void its_policy_is_read_without_a_remark() throws IOException {
        PolicyCodec.readStrict(block("json").getBytes(StandardCharsets.UTF_8));
    }

    @Test
    void its_classes_exist() throws ClassNotFoundException {
        Matcher name = Pattern.compile("-Dexample=(\\S+)").matcher(readme);
        int found = 0;
        while (name.find()) {
            Class.forName("dev.meshclient.examples." + name.group(1));
            found++;
        }
        assertThat(found).isPositive();
    }

    @Test
    void it_is_read_in_one_sitting() {
        List<String> lines = readme.lines().toList();
        assertThat(lines).hasSizeLessThanOrEqualTo(150);
        assertThat(lines.subList(0, 40)).contains("```java");
    }

    private String block(String language) {
        Matcher block = Pattern.compile("```" + language + "\\n(.*?)```", Pattern.DOTALL)
                .matcher(readme);
        assertThat(block.find()).as("a block of %s", language).isTrue();
        return block.group(1);
    }

    private static String withoutSpace(String text) {
        return text.replaceAll("\\s+", "");
    }

    private static String read(Path file) {
        try {
            return Files.readString(file);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
