package dev.meshclient.internal.okhttp;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import okhttp3.OkHttp;
import okhttp3.OkHttpClient;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class OkHttpVersionTest {
    private static final Path README = Path.of(System.getProperty("user.dir")).resolveSibling("README.md");

    @ParameterizedTest
    @ValueSource(strings = {"3.x", "4.12.0", "5.0.0-alpha.14", "5.3.2"})
    void an_older_okhttp_is_refused_with_its_jar_and_the_lines_that_replace_it(String version) {
        Set<String> jars = new LinkedHashSet<>(List.of("/m2/okhttp-4.12.0.jar", "/m2/okhttp-jvm-5.5.1.jar"));
        assertThatThrownBy(() -> OkHttpVersion.check(version, () -> jars))
                .isInstanceOf(IllegalStateException.class)
                .hasMessageStartingWith("mesh-client needs OkHttp 5.4 or later, not " + version
                        + "; found in /m2/okhttp-4.12.0.jar, then in /m2/okhttp-jvm-5.5.1.jar. ")
                .hasMessageContaining(
                        "<artifactId>okhttp-bom</artifactId>", "<version>" + OkHttp.VERSION + "</version>")
                .hasMessageContaining("implementation(platform(\"com.squareup.okhttp3:okhttp-bom:" + OkHttp.VERSION);
    }

    @ParameterizedTest
    @ValueSource(strings = {"5.4.0", "5.5.1", "5.10.0", "6.0.0", "unknown"})
    void every_later_one_is_accepted_without_a_search_of_the_class_path(String version) {
        assertThatCode(() -> OkHttpVersion.check(version, () -> {
                    throw new AssertionError("searched");
                }))
                .doesNotThrowAnyException();
    }

    @Test
    void classes_of_two_jars_are_seen() {
        assertThat(OkHttpVersion.isOfOneJar(OkHttp.class, OkHttpClient.class)).isTrue();
        assertThat(OkHttpVersion.isOfOneJar(Test.class, OkHttpClient.class)).isFalse();
    }

    @Test
    void the_one_of_this_process_is_accepted() {
        assertThatCode(OkHttpVersion::check).doesNotThrowAnyException();
    }

    @Test
    void the_readme_has_the_same_lines() throws Exception {
        assertThat(Files.readString(README))
                .contains("<artifactId>okhttp-bom</artifactId>", "<version>" + OkHttp.VERSION + "</version>")
                .contains("implementation(platform(\"com.squareup.okhttp3:okhttp-bom:" + OkHttp.VERSION + "\"))");
    }
}
