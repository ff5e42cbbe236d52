package dev.meshclient.examples;

import static org.assertj.core.api.Assertions.assertThat;

import dev.meshclient.policy.json.PolicyCodec;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Map;
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

    /** The words of the diagram for the layers that Outbound puts together, where they are others. */
    private static final Map<String, String> WORDS = Map.of(
            "AttemptTimer",
            "attempt timer",
            "RateLimit",
            "rate limit",
            "BackendUse",
            "checks",
            "Bearer",
            "credentials",
            "meters",
            "metrics",
            "wire",
            "transport");

    @Test
    void its_layers_are_those_of_outbound_in_their_order() {
        String outbound =
                read(ROOT.resolve("mesh-client/src/main/java/dev/meshclient/internal/pipeline/Outbound.java"));
        String calls = outbound.replaceAll("(?s)CallLayer refusal\\(.*?\n    }\n", "") // hosts without a service
                .replaceAll( // each stands next to the layer whose settings it records without effect
                        "\\.then\\(\\s*next ->\\s*(?:plan\\.neutral\\(\\)\\s*\\?\\s*next\\s*:\\s*)?\\w+\\.shadow\\(",
                        "");
        List<String> built = Pattern.compile(
                        "\\.(?:call|then|bridge|attempt|bottom)\\(\\s*(?:next ->\\s*)?(?:plan\\.neutral\\(\\)\\s*\\?\\s*next\\s*:\\s*)?"
                                + "(?:telemetry\\s*\\.)?([A-Za-z]+)\\b|\\.(wire)\\(\\)")
                .matcher(calls)
                .results()
                .map(found -> found.group(1) == null ? found.group(2) : found.group(1))
                .map(found -> WORDS.getOrDefault(found, found.toLowerCase(Locale.ROOT)))
                .toList();
        List<String> drawn = Pattern.compile(
                        "(?m)^(?:once a call|once an attempt| {12,}) *(attempt timer|rate limit|[a-z]+) {1,}\\S")
                .matcher(readme.substring(readme.indexOf("## The layers of a call"), readme.indexOf("[Outbound](")))
                .results()
                .map(found -> found.group(1))
                .filter(word -> !word.equals("your") && !word.equals("the")) // what is above the layers, and below
                .toList();
        assertThat(drawn).isEqualTo(built);
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
