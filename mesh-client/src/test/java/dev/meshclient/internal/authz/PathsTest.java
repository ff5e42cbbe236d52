package dev.meshclient.internal.authz;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** One form of a path, or none. */
class PathsTest {
    @ParameterizedTest
    @CsvSource({
        "/a/b, /a/b",
        "/a/, /a/",
        "/%61dmin, /admin",
        "/a?b=//c, /a",
        "/b%C3%BCcher, /bücher",
        "/a%3Ab, /a:b",
        "/a%25, /a%",
        "/.well-known/x, /.well-known/x",
        "/a/..b, /a/..b",
        "/a/..., /a/...",
        "*, *",
        "/, /",
        "/a%3F, /a?",
        "/a%23b, /a#b"
    })
    void one_form(String sent, String normal) {
        assertThat(Paths.normal(sent)).isEqualTo(normal);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "/a%2Fb",
                "/a%2fb",
                "/a%5Cb",
                "/a\\b",
                "/a//b",
                "//",
                "/a/../b",
                "/a/..",
                "/a/./b",
                "/.",
                "/a/%2e%2e/b",
                "/a/.%2E",
                "/a;x=1/b",
                "/a%3Bx",
                "/a%00",
                "/a%0d%0a",
                "/a%",
                "/a%2",
                "/a%zz",
                "/a%FF",
                "/a%C0%AF",
                "a/b",
                "",
                "http://x/a",
                "/a b",
                "/a\tb",
                "/a%20b/%2e",
                "/a#b",
                "/public#/../admin",
                "/a?b#c"
            })
    void none(String sent) {
        assertThat(Paths.normal(sent)).isNull();
    }

    @Test
    void a_path_that_is_normal_is_the_same_string() {
        String path = "/orders/7";

        assertThat(Paths.normal(path)).isSameAs(path);
    }
}
