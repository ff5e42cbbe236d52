package dev.meshclient;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.lang.reflect.Method;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Disabled;
import org.junit.jupiter.api.Test;
import org.junit.platform.commons.annotation.Testable;
import org.junit.platform.commons.support.AnnotationSupport;

/** Holds docs/rules.md: each rule has its source and its tests, and each of these exists and runs. */
class RulesDocTest {
    private static final Path PAGE = Path.of("..", "docs", "rules.md");
    private static final String ROW = "\\| [^|]+ \\| [^|]+ \\| `\\w+\\.\\w+`(, `\\w+\\.\\w+`)* \\|";
    private static final Pattern NAMED = Pattern.compile("`(\\w+)\\.(\\w+)`");

    private static List<String> rows() throws IOException {
        return Files.readAllLines(PAGE).stream()
                .filter(line -> line.startsWith("|") && !line.startsWith("|--") && !line.startsWith("| Rule |"))
                .toList();
    }

    @Test
    void each_rule_has_its_source_and_its_tests() throws IOException {
        assertThat(rows()).hasSizeGreaterThan(100).doesNotHaveDuplicates().allMatch(row -> row.matches(ROW));
    }

    @Test
    void each_test_of_a_rule_exists_and_runs() throws Exception {
        Map<String, List<String>> classes = classes();
        List<String> faults = new ArrayList<>();
        for (MatchResult named : rows().stream()
                .flatMap(row ->
                        NAMED.matcher(row.substring(row.lastIndexOf(" | "))).results())
                .toList()) {
            boolean runs = false;
            for (String name : classes.getOrDefault(named.group(1), List.of())) {
                runs |= isTest(Class.forName(name), named.group(2));
            }
            if (!runs) {
                faults.add(named.group() + ": no test that runs");
            }
        }
        assertThat(faults).isEmpty();
    }

    private static boolean isTest(Class<?> of, String name) {
        return !AnnotationSupport.isAnnotated(of, Disabled.class)
                && Arrays.stream(of.getDeclaredMethods())
                        .filter(m -> m.getName().equals(name))
                        .anyMatch(RulesDocTest::runs);
    }

    private static boolean runs(Method method) {
        return AnnotationSupport.isAnnotated(method, Testable.class)
                && !AnnotationSupport.isAnnotated(method, Disabled.class);
    }

    /** The full names of test classes by their simple ones. */
    private static Map<String, List<String>> classes() throws Exception {
        Path root = Path.of(RulesDocTest.class
                .getProtectionDomain()
                .getCodeSource()
                .getLocation()
                .toURI());
        try (Stream<Path> files = Files.walk(root)) {
            return files.map(file -> root.relativize(file).toString())
                    .filter(file -> file.endsWith("Test.class"))
                    .map(file -> file.substring(0, file.length() - ".class".length())
                            .replace(root.getFileSystem().getSeparator(), "."))
                    .collect(Collectors.groupingBy(name -> name.substring(name.lastIndexOf('.') + 1)));
        }
    }
}
