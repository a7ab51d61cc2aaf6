package dev.onehop.http.contract;

import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** What is repeated on the newest JDK, by the pom's profile {@code newest-jdk}. */
class ContractsTest {

    @Test
    void everyContractIsRepeatedOnTheNewestJdkByWhoeverExtendsIt() {
        List<JavaClass> contracts = new ClassFileImporter()
                .importPackages("dev.onehop.http").stream()
                        .filter(each -> each.getSimpleName().endsWith("Contract"))
                        .toList();

        assertThat(contracts)
                .hasSizeGreaterThanOrEqualTo(6)
                .allSatisfy(each -> assertThat(each.reflect().getAnnotation(Tag.class))
                        .as(each.getName())
                        .extracting(Tag::value)
                        .isEqualTo("contract"));
    }
}
