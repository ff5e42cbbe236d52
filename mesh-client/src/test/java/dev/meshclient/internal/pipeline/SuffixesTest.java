package dev.meshclient.internal.pipeline;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Map;
import java.util.SplittableRandom;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

class SuffixesTest {
    @Test
    void the_longest_that_fits_is_found_and_a_host_is_not_below_itself() {
        Suffixes<Integer> suffixes = Suffixes.of(Map.of(".a", 1, ".b.a", 2, ".c.b.a", 3));
        assertThat(suffixes.find("x.a")).isEqualTo(1);
        assertThat(suffixes.find("x.b.a")).isEqualTo(2);
        assertThat(suffixes.find("b.a")).isEqualTo(1);
        assertThat(suffixes.find("x.y.c.b.a")).isEqualTo(3);
        assertThat(suffixes.find("xc.b.a")).isEqualTo(2);
        assertThat(suffixes.find(".a")).isNull();
        assertThat(suffixes.find("a")).isNull();
        assertThat(suffixes.find("")).isNull();
        assertThat(Suffixes.of(Map.of()).find("x.a")).isNull();
    }

    @Test
    void it_finds_what_a_search_through_all_of_them_finds() {
        SplittableRandom random = new SplittableRandom(41);
        for (int round = 0; round < 300; round++) {
            Map<String, String> values = new TreeMap<>();
            for (int i = random.nextInt(40); i > 0; i--) {
                String suffix = "." + name(random);
                values.put(suffix, suffix);
            }
            Suffixes<String> suffixes = Suffixes.of(values);
            for (int i = 0; i < 100; i++) {
                String host = name(random);
                String longest = null;
                for (String suffix : values.keySet()) {
                    boolean longer = longest == null || suffix.length() > longest.length();
                    longest = longer && host.endsWith(suffix) ? suffix : longest;
                }
                assertThat(suffixes.find(host)).as("%s of %s", host, values).isEqualTo(longest);
            }
        }
    }

    private static String name(SplittableRandom random) {
        StringBuilder name = new StringBuilder();
        for (int labels = random.nextInt(1, 5); labels > 0; labels--) {
            name.append(name.isEmpty() ? "" : ".").append((char) ('a' + random.nextInt(3)));
        }
        return name.toString();
    }
}
