package dev.meshclient.internal.okhttp.direct;

import static org.assertj.core.api.Assertions.assertThat;

import okhttp3.OkHttp;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ChosenPathTest {
    @ParameterizedTest
    @ValueSource(strings = {"5.4.0", "5.5.0", "5.5.1"})
    void a_tested_version_whose_internals_are_there_is_called_directly(String version) {
        assertThat(ChosenPath.obstacle(version, null, () -> null)).isNull();
        assertThat(ChosenPath.line(version, null))
                .isEqualTo("calls use internals of OkHttp " + version
                        + ", which saves memory and wake-ups (-Dmesh.okhttp.direct=false: its public API)");
    }

    @ParameterizedTest
    @ValueSource(strings = {"5.3.2", "5.5.2", "5.6.0", "6.0.0-alpha.1", "unknown"})
    void another_version_is_called_by_its_public_API_whatever_it_has(String version) {
        String obstacle = ChosenPath.obstacle(version, null, () -> null);
        assertThat(ChosenPath.line(version, obstacle))
                .isEqualTo("calls use the public API of OkHttp " + version
                        + ": the direct path was tested with 5.4.0, 5.5.0, 5.5.1 only");
    }

    @Test
    void a_system_property_switches_it_off() {
        assertThat(ChosenPath.obstacle("5.5.1", "x=false", () -> null))
                .isEqualTo("-Dx=false switches the direct path off");
    }

    @Test
    void a_missing_internal_is_named() {
        assertThat(ChosenPath.obstacle("5.5.1", null, () -> "it has no okhttp3.Gone"))
                .isEqualTo("it has no okhttp3.Gone");
    }

    @Test
    void the_OkHttp_of_this_build_is_one_of_the_tested() throws Exception {
        assertThat(ChosenPath.TESTED).contains(version());
    }

    /** The gate runs tests with each property: over the direct path they would prove nothing. */
    @Test
    void calls_of_this_JVM_take_the_path_that_its_system_properties_state() throws Exception {
        boolean off = System.getProperty("mesh.okhttp.direct", "").equals("false")
                || System.getProperty("mesh.okhttp.publicApiOnly", "").equals("true");
        Class<?> expected = off ? OkHttpPath.PUBLIC.getClass() : DirectPath.class;
        assertThat(ChosenPath.of(version())).isExactlyInstanceOf(expected);
    }

    @Test
    void no_system_property_of_this_JVM_is_misspelled() {
        assertThat(System.getProperties().stringPropertyNames())
                .filteredOn(name -> name.startsWith("mesh.okhttp"))
                .isSubsetOf("mesh.okhttp.direct", "mesh.okhttp.publicApiOnly");
    }

    private static String version() throws ReflectiveOperationException {
        return (String) OkHttp.class.getField("VERSION").get(null);
    }
}
