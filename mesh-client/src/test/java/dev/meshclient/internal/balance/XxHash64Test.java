package dev.meshclient.internal.balance;

import static org.assertj.core.api.Assertions.assertThat;

import dev.meshclient.internal.call.Allocated;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class XxHash64Test {
    /** Published values for seed 0 (test data of github.com/shivakar/xxhash; the first is also in xxHash's own specification). */
    @ParameterizedTest
    @CsvSource({
        "'', ef46db3751d8e999",
        "a, d24ec4f1a98c6e5b",
        "ab, 65f708ca92d04a61",
        "abc, 44bc2cf5ad770999",
        "abcd, de0327b0d25d92cc",
        "abcdefg, 1860940e2902822d",
        "abcdefgh, 3ad351775b4634b7",
        "abcdefghijkl, 4b09b7d3a233d4b3",
        "abcdefghijklmnop, 71ce8137ca2dd53d",
        "abcdefghijklmnopqrstuvwxyz, cfe1f278fa89835c",
        "C is as portable as Stonehedge!!, cb948213637a4bcf",
        "Discard medicine more than two years old., 32740dc06f97c972",
        "'For every action there is an equal and opposite government program.', 1f20ca54f5ce156b",
        "'The fugacity of a constituent in a mixture of gases at a given temperature is proportional to its mole fraction.  Lewis-Randall Rule', c8d969ddc5fefc58",
    })
    void has_the_published_values(String text, String hash) {
        assertThat(Long.toHexString(XxHash64.of(text))).isEqualTo(hash.replaceFirst("^0+", ""));
    }

    /** The value is that of a second implementation, in Python, for the same bytes. */
    @Test
    void hashes_the_bytes_of_utf_8() {
        assertThat(XxHash64.of("Zürich, 東京, \uD83D\uDE80 and some more words")).isEqualTo(0xa1cd54acd47435d7L);
    }

    @Test
    void allocates_nothing_for_ascii() {
        String text = "a-session-of-more-than-thirty-two-characters";
        long[] sum = new long[1];
        int hashes = 100_000;
        assertThat(Allocated.bytes(() -> {
                    for (int i = 0; i < hashes; i++) {
                        sum[0] += XxHash64.of(text);
                    }
                }))
                .isLessThan(hashes);
    }
}
