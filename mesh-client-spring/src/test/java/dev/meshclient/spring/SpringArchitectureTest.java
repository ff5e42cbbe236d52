package dev.meshclient.spring;

import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAPackage;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;
import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.base.DescribedPredicate;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.library.dependencies.SliceRule;
import java.util.List;
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

    /** A sub-package that uses another one. */
    private record Edge(String from, String to, String because) {
        DescribedPredicate<JavaClass> of(String part) {
            return resideInAPackage("dev.meshclient.spring." + part);
        }
    }

    private static final List<Edge> EDGES = List.of(
            new Edge(
                    "webclient", "web", "one class gives Boot's settings to OkHttp, and each WebClient has spring-web"),
            new Edge("service", "web", "the RestClient of a group has the request factory of a RestClient bean"),
            new Edge("service", "webclient", "the WebClient of a group has the connector of a WebClient bean"));

    @Test
    void sub_packages_use_the_root_and_the_stated_ones_of_each_other() {
        SliceRule rule =
                slices().matching("dev.meshclient.spring.(*)..").should().notDependOnEachOther();
        for (Edge edge : EDGES) {
            rule = rule.ignoreDependency(edge.of(edge.from()), edge.of(edge.to()));
        }
        rule.because("each technology can be missing alone, but for " + EDGES).check(OURS);
        slices().matching("dev.meshclient.spring.(*)..")
                .should()
                .beFreeOfCycles()
                .check(OURS);
    }

    @Test
    void each_stated_edge_is_in_use() {
        assertThat(EDGES).allSatisfy(edge -> assertThat(OURS)
                .filteredOn(edge.of(edge.from()))
                .anyMatch(one -> one.getDirectDependenciesFromSelf().stream()
                        .anyMatch(use -> edge.of(edge.to()).test(use.getTargetClass()))));
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
