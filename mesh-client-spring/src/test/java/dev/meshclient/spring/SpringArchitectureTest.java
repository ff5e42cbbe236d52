package dev.meshclient.spring;

import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAnyPackage;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideOutsideOfPackages;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;

import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import java.util.concurrent.Executors;
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
    void operations_use_the_root_alone() {
        noClasses()
                .that()
                .resideInAPackage("dev.meshclient.spring.actuate")
                .should()
                .dependOnClassesThat(resideInAnyPackage("dev.meshclient.spring..")
                        .and(resideOutsideOfPackages("dev.meshclient.spring", "dev.meshclient.spring.actuate")))
                .because("each technology can be missing alone")
                .check(OURS);
    }

    @Test
    void the_reactive_client_uses_the_imperative_one() {
        noClasses()
                .that()
                .resideInAPackage("dev.meshclient.spring.webclient")
                .should()
                .dependOnClassesThat(resideInAnyPackage("dev.meshclient.spring..")
                        .and(resideOutsideOfPackages(
                                "dev.meshclient.spring",
                                "dev.meshclient.spring.web",
                                "dev.meshclient.spring.webclient")))
                .because(
                        "one class gives Boot's settings to OkHttp, and every application with a WebClient has spring-web")
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
}
