package dev.onehop.examples;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.StringWriter;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import javax.tools.JavaFileObject.Kind;
import javax.tools.SimpleJavaFileObject;
import javax.tools.ToolProvider;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What README.md shows compiles against this build. */
class ReadmeTest {

    private static final Pattern JAVA = Pattern.compile("```java\\n(.*?)```", Pattern.DOTALL);

    @TempDir
    Path classes;

    @Test
    void theUsageExampleCompiles() throws IOException {
        List<String> blocks = blocks();

        assertThat(blocks).hasSize(2);
        assertThat(errors("CallTheApi", blocks.get(0))).isEmpty();
    }

    @Test
    void theBlockForAnyOtherClientCompiles() throws IOException {
        String inside = "import dev.onehop.*; import java.net.Socket; import java.time.Duration;"
                + "class AnyClient { static Socket dial(Onehop onehop) throws Exception {" + blocks().get(1)
                + " return socket; } }";

        assertThat(errors("AnyClient", inside)).isEmpty();
    }

    private static List<String> blocks() throws IOException {
        Matcher matcher = JAVA.matcher(Files.readString(Path.of("../../README.md")));
        return matcher.results().map(result -> result.group(1)).toList();
    }

    private String errors(String name, String code) {
        var file = new SimpleJavaFileObject(URI.create("string:///" + name + ".java"), Kind.SOURCE) {
            @Override
            public CharSequence getCharContent(boolean ignoreEncodingErrors) {
                return code;
            }
        };
        var messages = new StringWriter();
        var options = List.of("-d", classes.toString(), "-proc:none", "-cp", System.getProperty("java.class.path"));
        boolean compiled = ToolProvider.getSystemJavaCompiler()
                .getTask(messages, null, null, options, null, List.of(file))
                .call();
        return compiled ? "" : messages.toString();
    }
}
