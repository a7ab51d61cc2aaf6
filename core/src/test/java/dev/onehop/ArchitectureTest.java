package dev.onehop;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.GeneralCodingRules.ACCESS_STANDARD_STREAMS;
import static com.tngtech.archunit.library.GeneralCodingRules.USE_JAVA_UTIL_LOGGING;

import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Data goes round, imports do not: each package of core imports only those to its left. */
class ArchitectureTest {

    private static final List<String> LEFT_TO_RIGHT = List.of(
            "dev.onehop.time",
            "dev.onehop.service",
            "dev.onehop.route",
            "dev.onehop.health",
            "dev.onehop.eligible",
            "dev.onehop.pick",
            "dev.onehop.explain",
            "dev.onehop",
            "dev.onehop.metrics");

    private static final JavaClasses CORE = new ClassFileImporter()
            .withImportOption(ImportOption.Predefined.DO_NOT_INCLUDE_TESTS)
            .importPackages("dev.onehop");

    static List<String> packages() {
        return LEFT_TO_RIGHT;
    }

    @ParameterizedTest
    @MethodSource("packages")
    void importsOnlyWhatStandsToItsLeft(String name) {
        List<String> right = LEFT_TO_RIGHT.subList(LEFT_TO_RIGHT.indexOf(name) + 1, LEFT_TO_RIGHT.size());

        noClasses()
                .that()
                .resideInAPackage(name)
                .should()
                .dependOnClassesThat()
                .resideInAnyPackage(right.toArray(new String[0]))
                .allowEmptyShould(true)
                .check(CORE);
    }

    @Test
    void routeIsPure() {
        noClasses()
                .that()
                .resideInAPackage("dev.onehop.route")
                .should()
                .dependOnClassesThat()
                .resideInAnyPackage(
                        "org.slf4j..", "java.util.concurrent..", "java.io..", "java.net..", "dev.onehop.time")
                .allowEmptyShould(true)
                .check(CORE);
    }

    @Test
    void coreKnowsNoKubernetesClient() {
        noClasses()
                .should()
                .dependOnClassesThat()
                .resideInAnyPackage("io.fabric8..", "com.fasterxml..", "tools.jackson..")
                .check(CORE);
    }

    /** Micrometer is optional: nobody who does not ask for meters may need it. */
    @Test
    void onlyMetricsKnowsMicrometer() {
        noClasses()
                .that()
                .resideOutsideOfPackage("dev.onehop.metrics")
                .should()
                .dependOnClassesThat()
                .resideInAnyPackage("io.micrometer..")
                .check(CORE);
    }

    @Test
    void coreLogsThroughSlf4jAlone() {
        noClasses().should(USE_JAVA_UTIL_LOGGING).check(CORE);
        noClasses().should(ACCESS_STANDARD_STREAMS).check(CORE);
    }
}
