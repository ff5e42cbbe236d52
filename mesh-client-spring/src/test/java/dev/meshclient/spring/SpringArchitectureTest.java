package dev.meshclient.spring;

import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAnyPackage;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideOutsideOfPackages;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.domain.JavaModifier;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import java.util.List;
import java.util.concurrent.Executors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

class SpringArchitectureTest {
    private static final JavaClasses OURS = new ClassFileImporter()
            .withImportOption(new ImportOption.DoNotIncludeTests())
            .importPackages("dev.meshclient.spring");

    @Test
    void only_the_api_of_the_mesh_is_used() {
        noClasses()
                .should()
                .dependOnClassesThat()
                .resideInAPackage("dev.meshclient.internal..")
                .because("a user's own integration has nothing else, and the module path exports nothing else")
                .check(OURS);
    }

    @Test
    void technologies_use_the_root_alone() {
        String because = "each technology can be missing alone";
        uses(because, "web");
        uses(because, "server");
        uses(because, "ssl");
        uses(because, "actuate");
        uses(because, "test");
    }

    @Test
    void the_reactive_client_uses_the_imperative_one() {
        uses(
                "one class gives Boot's settings to OkHttp, and every application with a WebClient has spring-web",
                "webclient",
                "web");
    }

    @Test
    void groups_of_http_interfaces_use_both_clients() {
        uses("beans and groups are put into the mesh by the same code", "service", "web", "webclient");
    }

    private static void uses(String because, String technology, String... others) {
        String[] used = Stream.concat(Stream.of(technology), Stream.of(others))
                .map(name -> "dev.meshclient.spring." + name)
                .toArray(String[]::new);
        noClasses()
                .that()
                .resideInAPackage(used[0])
                .should()
                .dependOnClassesThat(
                        resideInAnyPackage("dev.meshclient.spring.*").and(resideOutsideOfPackages(used)))
                .because(because)
                .check(OURS);
    }

    @Test
    void the_root_knows_no_technology() {
        noClasses()
                .that()
                .resideInAPackage("dev.meshclient.spring")
                .should()
                .dependOnClassesThat()
                .resideInAnyPackage("dev.meshclient.spring.*..", "org.springframework.web..", "reactor..")
                .because(
                        "a technology contributes its beans by a MeshClientType, and works without the jars of the others")
                .check(OURS);
    }

    @Test
    void the_clock_and_threads_are_those_of_the_mesh_or_of_spring() {
        noClasses()
                .should()
                .callMethod(System.class, "nanoTime")
                .orShould()
                .callMethod(System.class, "currentTimeMillis")
                .orShould()
                .callMethod(Thread.class, "sleep", long.class)
                .orShould()
                .dependOnClassesThat()
                .areAssignableTo(Executors.class)
                .because("the mesh has one clock, and Spring has the executors of the application")
                .check(OURS);
    }

    @Test
    void production_uses_no_class_for_tests() {
        noClasses()
                .that()
                .resideOutsideOfPackage("dev.meshclient.spring.test")
                .should()
                .dependOnClassesThat()
                .resideInAnyPackage(
                        "dev.meshclient.spring.test..",
                        "org.springframework.test..",
                        "org.springframework.boot.test..",
                        "com.sun.net.httpserver..")
                .because("a production class path lacks the jars of Spring's tests")
                .check(OURS);
    }

    @Test
    void a_third_of_the_types_is_public_at_most() {
        List<JavaClass> all = OURS.stream()
                .filter(type -> type.isTopLevelClass() && !type.getSimpleName().equals("package-info"))
                .toList();
        List<String> open = all.stream()
                .filter(type -> type.getModifiers().contains(JavaModifier.PUBLIC))
                .map(JavaClass::getName)
                .toList();
        assertThat(open).as("public types of %d", all.size()).hasSizeLessThanOrEqualTo(all.size() / 3);
    }
}
