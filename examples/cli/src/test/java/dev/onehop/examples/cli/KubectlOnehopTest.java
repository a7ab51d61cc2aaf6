package dev.onehop.examples.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

/** The wrapper script, with a java that tells how it was called: each argument on a line, then its standard input. */
@EnabledOnOs({OS.LINUX, OS.MAC})
class KubectlOnehopTest {

    @TempDir
    Path folder;

    private final Map<String, String> environment = new HashMap<>();
    private Path script = Path.of("");

    @BeforeEach
    void install() throws IOException {
        Path bin = Files.createDirectories(folder.resolve("a bin"));
        script = Files.copy(Path.of("kubectl-onehop"), bin.resolve("kubectl-onehop"));
        Path java = Files.createDirectories(folder.resolve("jdk/bin")).resolve("java");
        Files.writeString(
                java, "#!/bin/sh\nfor each in \"$@\"; do echo \"<$each>\"; done\ncat\nexit ${EXIT_CODE:-0}\n");
        assertThat(java.toFile().setExecutable(true)).isTrue();
        environment.put("JAVA_HOME", folder.resolve("jdk").toString());
    }

    @Test
    void theJarNextToItselfIsRun() throws Exception {
        Path jar = Files.createFile(script.resolveSibling("onehop.jar"));

        Run run = run("", "--help");

        assertThat(run.code()).isZero();
        assertThat(run.lines()).containsSubsequence("<-jar>", "<" + jar + ">", "<--help>");
    }

    @Test
    void theJarOfTheBuildIsRun() throws Exception {
        Path target = Files.createDirectory(script.resolveSibling("target"));
        Path jar = Files.createFile(target.resolve("onehop.jar"));

        assertThat(run("").lines()).endsWith("<-jar>", "<" + jar + ">");
    }

    @Test
    void theJarOfTheEnvironmentWins() throws Exception {
        Files.createFile(script.resolveSibling("onehop.jar"));
        Path jar = Files.createFile(folder.resolve("other one.jar"));
        environment.put("ONEHOP_JAR", jar.toString());

        assertThat(run("").lines()).endsWith("<-jar>", "<" + jar + ">");
    }

    @Test
    void aLinkToTheScriptFindsTheJarBesideTheScript() throws Exception {
        Path jar = Files.createFile(script.resolveSibling("onehop.jar"));
        Path link = folder.resolve("kubectl-onehop");
        Files.createSymbolicLink(link, Path.of("a bin", "kubectl-onehop"));
        script = link;

        assertThat(run("").lines()).endsWith("<-jar>", "<" + jar + ">");
    }

    @Test
    void withoutAJarItSaysWhereItLooked() throws Exception {
        Run run = run("", "explain", "api:80");

        assertThat(run.code()).isEqualTo(127);
        assertThat(run.out()).isEmpty();
        assertThat(run.err())
                .contains("no onehop.jar in ", "a bin", "ONEHOP_JAR is not set")
                .hasLineCount(1);
    }

    @Test
    void aJarThatIsNotThereIsNamed() throws Exception {
        Files.createFile(script.resolveSibling("onehop.jar"));
        environment.put("ONEHOP_JAR", folder.resolve("nowhere.jar").toString());

        Run run = run("");

        assertThat(run.code()).isEqualTo(127);
        assertThat(run.err()).contains("ONEHOP_JAR", "nowhere.jar is no file").hasLineCount(1);
    }

    @Test
    void argumentsAndStandardInputPassThroughAsTheyAre() throws Exception {
        Files.createFile(script.resolveSibling("onehop.jar"));

        Run run = run("kind: List\n", "explain", "api:80", "--manifests", "-", "a b", "", "*", "$HOME");

        assertThat(run.lines())
                .endsWith(
                        "<explain>", "<api:80>", "<--manifests>", "<->", "<a b>", "<>", "<*>", "<$HOME>", "kind: List");
    }

    @Test
    void exitCodesPassThrough() throws Exception {
        Files.createFile(script.resolveSibling("onehop.jar"));
        for (String code : List.of("0", "1", "2", "3", "4")) {
            environment.put("EXIT_CODE", code);

            assertThat(run("").code()).hasToString(code);
        }
    }

    private Run run(String input, String... arguments) throws Exception {
        var command = new ArrayList<>(List.of("sh", script.toString()));
        command.addAll(List.of(arguments));
        Path out = folder.resolve("out");
        Path err = folder.resolve("err");
        Path in = Files.writeString(folder.resolve("in"), input);
        var builder = new ProcessBuilder(command)
                .redirectInput(in.toFile())
                .redirectOutput(out.toFile())
                .redirectError(err.toFile());
        builder.environment().remove("ONEHOP_JAR");
        builder.environment().putAll(environment);
        Process process = builder.start();
        assertThat(process.waitFor(30, TimeUnit.SECONDS)).isTrue();
        return new Run(process.exitValue(), Files.readString(out), Files.readString(err));
    }
}
