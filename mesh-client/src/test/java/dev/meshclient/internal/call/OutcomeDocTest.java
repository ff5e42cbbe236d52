package dev.meshclient.internal.call;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

/** The table of outcomes in docs/status.md, against the code. */
class OutcomeDocTest {
    private static final Pattern ROW = Pattern.compile("(?m)^\\| `([a-z-]+)` \\|");

    @Test
    void the_table_lists_each_outcome() throws IOException {
        String page = Files.readString(Path.of("../docs/status.md"));
        int begin = page.indexOf("| Outcome of an attempt |");
        String table = page.substring(begin, page.indexOf("\n\n", begin));
        List<String> outcomes =
                ROW.matcher(table).results().map(row -> row.group(1)).toList();

        assertThat(outcomes)
                .contains("running") // there is no outcome yet
                .filteredOn(outcome -> !outcome.equals("running"))
                .containsExactlyInAnyOrderElementsOf(
                        Arrays.stream(Outcome.values()).map(Outcome::word).toList());
    }
}
