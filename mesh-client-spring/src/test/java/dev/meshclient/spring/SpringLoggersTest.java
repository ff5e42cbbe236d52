package dev.meshclient.spring;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** The table of loggers in docs/spring-operations.md, against the code, as {@code LoggersTest} of the mesh. */
class SpringLoggersTest {
    private static final Pattern LOGGER = Pattern.compile("getLogger\\(\"(dev\\.meshclient\\.spring[a-z.]*)\"\\)");
    private static final Pattern LINE = Pattern.compile("\\bLOG(?:\\.|::)(error|warn|info|debug|trace)\\b");
    private static final Pattern ROW = Pattern.compile("(?m)^\\| `(dev\\.meshclient[a-z.]*)` \\| `([A-Z]+)` \\| \\S");

    @Test
    void the_table_lists_each_logger_with_each_of_its_levels() throws IOException {
        Set<String> ofCode = new TreeSet<>();
        for (Path file : sources()) {
            String text = Files.readString(file);
            Matcher logger = LOGGER.matcher(text);
            if (text.contains("getLogger(")) {
                assertThat(logger.find())
                        .as("%s has a logger with a public name", file)
                        .isTrue();
                for (Matcher line = LINE.matcher(text); line.find(); ) {
                    ofCode.add(logger.group(1) + " " + line.group(1).toUpperCase(Locale.ROOT));
                }
            }
        }
        Set<String> ofTable = new TreeSet<>();
        for (Matcher row = ROW.matcher(Files.readString(Path.of("../docs/spring-operations.md"))); row.find(); ) {
            ofTable.add(row.group(1) + " " + row.group(2));
        }
        assertThat(ofTable).isEqualTo(ofCode).isNotEmpty();
    }

    private static List<Path> sources() throws IOException {
        try (Stream<Path> files = Files.walk(Path.of("src/main/java"))) {
            return files.filter(file -> file.toString().endsWith(".java"))
                    .sorted()
                    .toList();
        }
    }
}
