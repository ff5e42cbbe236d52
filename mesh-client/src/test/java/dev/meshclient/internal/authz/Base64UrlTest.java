package dev.meshclient.internal.authz;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Base64;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class Base64UrlTest {
    /** The vectors of RFC 4648 10, and what differs from them by one character or by spare bits. */
    @ParameterizedTest
    @CsvSource({
        "'', true",
        "Zg, true",
        "Zm8, true",
        "Zm9v, true",
        "Zm9vYg, true",
        "Zm9vYmE, true",
        "Zm9vYmFy, true",
        "Zg==, false",
        "Zm8=, false",
        "Zh, false",
        "Zn, false",
        "Zm9, false",
        "Zm9vY, false",
        "Z, false",
        "_-8, true",
        "/+8, false",
        "Zg., false",
        "' Zg', false"
    })
    void one_form(String text, boolean canonical) {
        assertThat(Base64Url.isCanonical(text)).isEqualTo(canonical);
    }

    @Test
    void what_an_encoder_writes_is_canonical() {
        Random random = new Random(7);
        for (int i = 0; i < 10_000; i++) {
            byte[] bytes = new byte[random.nextInt(9)];
            random.nextBytes(bytes);
            assertThat(Base64Url.isCanonical(
                            Base64.getUrlEncoder().withoutPadding().encodeToString(bytes)))
                    .isTrue();
        }
    }
}
