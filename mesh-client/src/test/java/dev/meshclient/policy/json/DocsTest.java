package dev.meshclient.policy.json;

import static org.assertj.core.api.Assertions.assertThat;

import dev.meshclient.policy.PolicyException;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;

/**
 * Policy in the documentation is policy. After {@code ```json} a word says how much of a document a snippet is:
 * {@code policy} a whole one, {@code defaults} and {@code service} what stands there; {@code other} is no policy.
 */
class DocsTest {
    private static final Path ROOT = Path.of(System.getProperty("user.dir")).resolveSibling("docs");
    private static final Pattern SNIPPET = Pattern.compile("(?ms)^```json *(\\w*)\\n(.*?)^```$");

    @TestFactory
    Stream<DynamicTest> snippets() throws IOException {
        List<DynamicTest> tests = new ArrayList<>();
        List<Path> pages;
        try (Stream<Path> files = Files.list(ROOT)) {
            pages = files.filter(f -> f.toString().endsWith(".md")).sorted().toList();
        }
        for (Path page : pages) {
            Matcher snippets = SNIPPET.matcher(Files.readString(page));
            for (int i = 1; snippets.find(); i++) {
                String kind = snippets.group(1);
                String text = snippets.group(2);
                tests.add(DynamicTest.dynamicTest(page.getFileName() + " #" + i, () -> read(kind, text)));
            }
        }
        assertThat(tests).as("policy snippets of docs/").hasSizeGreaterThanOrEqualTo(4);
        return tests.stream();
    }

    private static void read(String kind, String text) throws PolicyException {
        assertThat(kind).as("the word after ```json").isIn("policy", "fields", "defaults", "service", "other");
        if (!kind.equals("other")) {
            PolicyCodec.readStrict(document(kind, text).getBytes(StandardCharsets.UTF_8));
        }
    }

    private static String document(String kind, String text) {
        String object = text.strip();
        String head =
                "{\"apiVersion\": \"meshclient.dev/v1\", \"kind\": \"MeshPolicy\", \"metadata\": {\"mesh\": \"docs\"}, ";
        return switch (kind) {
            case "fields" -> head + object + (object.contains("\"services\"") ? "" : ", \"services\": {}") + "}";
            case "defaults" -> head + "\"defaults\": " + object + ", \"services\": {}}";
            case "service" -> head + "\"services\": {\"orders\": " + inService(object) + "}}";
            default -> object;
        };
    }

    /** What every service must have, where the snippet is about something else. */
    private static String inService(String object) {
        String hosts = object.contains("\"hosts\"") ? "" : "\"hosts\": [\"orders\"], ";
        String endpoints = object.contains("\"endpoints\"") ? "" : "\"endpoints\": [], ";
        return "{" + hosts + endpoints + object.substring(1);
    }
}
