package dev.meshclient.internal.okhttp.direct;

import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.core.domain.AccessTarget;
import com.tngtech.archunit.core.domain.JavaAccess;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import okhttp3.OkHttpClient;
import org.junit.jupiter.api.Test;

class SignaturesTest {
    @Test
    void the_internals_of_this_OkHttp_are_as_expected() {
        assertThat(Signatures.missing()).isNull();
    }

    @Test
    void an_internal_of_another_type_is_named_with_both_types() {
        assertThat(Signatures.missing(() -> List.of(
                        new Signatures.Used("a.B.right", int.class, int.class),
                        new Signatures.Used("a.B.wrong", String.class, int.class))))
                .isEqualTo("a.B.wrong is java.lang.String in place of int");
    }

    @Test
    void a_missing_field_is_named_with_its_class() {
        assertThat(Signatures.missing(() -> List.of(Signatures.field(String.class, OkHttpClient.class, "GONE"))))
                .isEqualTo("it has no okhttp3.OkHttpClient.GONE");
    }

    @Test
    void a_missing_method_is_named_with_its_class_and_parameters() {
        assertThat(Signatures.missing(
                        () -> List.of(Signatures.method(void.class, OkHttpClient.class, "gone", int.class))))
                .isEqualTo("it has no okhttp3.OkHttpClient.gone(int)");
    }

    @Test
    void a_missing_class_is_named() {
        assertThat(Signatures.missing(() -> {
                    throw new NoClassDefFoundError("okhttp3/internal/Gone");
                }))
                .isEqualTo("it has no okhttp3/internal/Gone");
    }

    /** The module of the JDK exports none of OkHttp's packages. */
    @Test
    void all_packages_that_a_module_does_not_export_are_named_at_once() {
        Module exportsNone = Object.class.getModule();
        assertThat(Signatures.hidden(exportsNone, exportsNone))
                .isEqualTo("its module does not export okhttp3.internal, okhttp3.internal.concurrent,"
                        + " okhttp3.internal.connection, okhttp3.internal.http"
                        + " (--add-exports okhttp3/okhttp3.internal=java.base"
                        + " --add-exports okhttp3/okhttp3.internal.concurrent=java.base"
                        + " --add-exports okhttp3/okhttp3.internal.connection=java.base"
                        + " --add-exports okhttp3/okhttp3.internal.http=java.base)");
        assertThat(Signatures.hidden(exportsNone, SignaturesTest.class.getModule()))
                .endsWith("okhttp3.internal.http=ALL-UNNAMED)");
    }

    /** What is used and not checked would end calls with a NoSuchMethodError. */
    @Test
    void each_internal_that_the_direct_path_uses_is_checked() throws Exception {
        Set<String> checked = new TreeSet<>();
        for (Signatures.Used used : Signatures.all()) {
            // "public int a.B.c(int,long) throws d.E" and "a.B.F"
            checked.add(used.found().toString().replaceFirst(" throws .*", "").replaceFirst("^.* ", ""));
        }
        JavaClasses classes = new ClassFileImporter().importPackages(Signatures.class.getPackageName());
        Set<String> used = classes.stream()
                .filter(type -> !type.getName().contains("Test"))
                .flatMap(type -> type.getAccessesFromSelf().stream())
                .map(JavaAccess::getTarget)
                .filter(SignaturesTest::isInternal)
                .map(SignaturesTest::name)
                .collect(Collectors.toCollection(TreeSet::new));
        assertThat(used).hasSizeGreaterThan(10);
        assertThat(checked).containsAll(used);
    }

    private static boolean isInternal(AccessTarget target) {
        return target.getOwner().getPackageName().startsWith("okhttp3.internal")
                || target.getName().endsWith("$okhttp")
                || (target.getOwner().getName().equals("okhttp3.ConnectionPool")
                        && target.getFullName().contains("TaskRunner"));
    }

    private static String name(AccessTarget target) {
        return target.getFullName().replace(".<init>", "").replace(" ", "");
    }
}
