package dev.meshclient;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** The table of loggers in docs/status.md, against the code. */
class LoggersTest {
    private static final Path SOURCES = Path.of("src/main/java");
    private static final Pattern LOGGER = Pattern.compile("LoggerFactory\\.getLogger\\(([^)]*)\\)");
    private static final Pattern LINE = Pattern.compile("\\b(?:LOG|log)(?:\\.|::)(error|warn|info|debug|trace)\\b");
    private static final Pattern ROW = Pattern.compile("(?m)^\\| `(dev\\.meshclient[a-z.]*)` \\| `([A-Z]+)` \\| \\S");

    /** Classes that log with the logger of their owner. */
    private static final Map<String, String> OF_THEIR_OWNER = Map.of(
            "DocumentLog.java", "dev.meshclient.policy",
            "CertificateLife.java", "dev.meshclient.identity",
            "PeerRefusals.java", "dev.meshclient.identity");

    @Test
    void the_table_lists_each_logger_with_each_of_its_levels() throws IOException {
        TreeSet<String> ofCode = new TreeSet<>();
        for (Path file : sources()) {
            String text = Files.readString(file);
            String name = OF_THEIR_OWNER.get(file.getFileName().toString());
            for (Matcher logger = LOGGER.matcher(text); logger.find(); ) {
                assertThat(logger.group(1))
                        .as("%s has a logger with a public name", file)
                        .matches("\"dev\\.meshclient[a-z.]*\"");
                name = logger.group(1).replace("\"", "");
            }
            for (Matcher line = LINE.matcher(text); line.find(); ) {
                assertThat(name).as("the logger of %s", file).isNotNull();
                ofCode.add(name + " " + line.group(1).toUpperCase(Locale.ROOT));
            }
        }
        TreeSet<String> ofTable = new TreeSet<>();
        Matcher row = ROW.matcher(Files.readString(Path.of("../docs/status.md")));
        while (row.find()) {
            ofTable.add(row.group(1) + " " + row.group(2));
        }

        assertThat(ofTable).isEqualTo(ofCode).isNotEmpty();
    }

    private static List<Path> sources() throws IOException {
        try (Stream<Path> files = Files.walk(SOURCES)) {
            return files.filter(file -> file.toString().endsWith(".java"))
                    .sorted()
                    .toList();
        }
    }
}
