package dev.meshclient;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;

import com.tngtech.archunit.core.importer.ImportOption.OnlyIncludeTests;
import com.tngtech.archunit.junit.AnalyzeClasses;
import com.tngtech.archunit.junit.ArchTest;
import com.tngtech.archunit.lang.ArchRule;

/** Tests do not sleep: at real edges they wait for a condition with awaitility, elsewhere time is virtual. */
@AnalyzeClasses(packages = "dev.meshclient", importOptions = OnlyIncludeTests.class)
class TestsKeepTimeTest {
    @ArchTest
    static final ArchRule tests_do_not_sleep_and_do_not_read_the_clock = noClasses()
            .that()
            .resideOutsideOfPackage("dev.meshclient.internal.time")
            .should(CallsOfTime.callAny(CallsOfTime.CLOCKS, CallsOfTime.SLEEPS, CallsOfTime.CHANCES))
            .because(
                    "a test that sleeps is slow on a good day and wrong on a bad one, and one that draws is another each run");
}
