package dev.onehop.grpc;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;

import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import org.junit.jupiter.api.Test;

/** The transport and the protobuf library are the application's: this module imports neither. */
class ArchitectureTest {

    @Test
    void importsCoreAndGrpcApiAlone() {
        classes()
                .should()
                .onlyDependOnClassesThat()
                .resideInAnyPackage("java..", "dev.onehop..", "io.grpc", "org.jspecify..", "org.slf4j..")
                .check(new ClassFileImporter()
                        .withImportOption(ImportOption.Predefined.DO_NOT_INCLUDE_TESTS)
                        .importPackages("dev.onehop.grpc"));
    }
}
