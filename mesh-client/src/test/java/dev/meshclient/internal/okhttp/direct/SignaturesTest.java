package dev.meshclient.internal.okhttp.direct;

import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.core.domain.AccessTarget;
import com.tngtech.archunit.core.domain.JavaAccess;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

class SignaturesTest {
    @Test
    void the_internals_of_this_OkHttp_are_as_expected() {
        assertThat(Signatures.missing()).isNull();
    }

    /** What is used and not checked would end calls with a NoSuchMethodError. */
    @Test
    void each_internal_that_the_direct_path_uses_is_checked() throws Exception {
        Set<String> checked = new TreeSet<>();
        for (Signatures.Used used : Signatures.all()) {
            // "public int a.B.c(int,long) throws d.E" and "a.B.F"
            checked.add(used.name().replaceFirst(" throws .*", "").replaceFirst("^.* ", ""));
        }
        JavaClasses classes = new ClassFileImporter().importPackages(Signatures.class.getPackageName());
        Set<String> used = classes.stream()
                .filter(type -> !type.getName().endsWith("Test"))
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
