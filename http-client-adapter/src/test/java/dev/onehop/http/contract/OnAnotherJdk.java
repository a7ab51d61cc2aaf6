package dev.onehop.http.contract;

import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.extension.ConditionEvaluationResult;
import org.junit.jupiter.api.extension.ExecutionCondition;
import org.junit.jupiter.api.extension.ExtensionContext;

/**
 * Says on which JDK the tests run that the pom repeats on the newest one of the machine, and skips them where that is the
 * one on which they have run before. Registered for these runs alone, by the pom's profile {@code newest-jdk}.
 *
 * <p>Shared: safe from any thread.
 */
public final class OnAnotherJdk implements ExecutionCondition {

    private static final AtomicBoolean said = new AtomicBoolean();

    @Override
    public ConditionEvaluationResult evaluateExecutionCondition(ExtensionContext context) {
        String mavens = System.getProperty("onehop.maven.jdk", "none");
        boolean another = !mavens.equals(System.getProperty("java.specification.version"));
        String what = another
                ? "repeated on JDK " + Runtime.version() + ", after JDK " + mavens
                : "not repeated on another JDK: the one selected is JDK " + mavens + ", on which they have run";
        if (said.compareAndSet(false, true)) {
            System.out.println("Tests of HTTP clients are " + what);
        }
        return another ? ConditionEvaluationResult.enabled(what) : ConditionEvaluationResult.disabled(what);
    }
}
