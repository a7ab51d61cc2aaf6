package dev.onehop.testing;

import java.io.IOException;
import java.io.StringWriter;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.Pattern;
import javax.tools.JavaFileObject.Kind;
import javax.tools.SimpleJavaFileObject;
import javax.tools.ToolProvider;

/**
 * Java that a document shows, and what the compiler says of it on this test's class path.
 *
 * <p>Immutable.
 */
public final class JavaSnippet {

    private static final Pattern BLOCK = Pattern.compile("```java\\n(.*?)```", Pattern.DOTALL);

    private JavaSnippet() {}

    /** The text within each {@code ```java} block of a document in Markdown, in its order. */
    public static List<String> blocks(Path document) throws IOException {
        return BLOCK.matcher(Files.readString(document))
                .results()
                .map(result -> result.group(1))
                .toList();
    }

    /**
     * What the compiler says, empty where it compiles.
     *
     * @param className of the class that {@code code} declares
     * @param code a whole compilation unit
     * @param classes a folder that takes what comes of it
     */
    public static String errors(String className, String code, Path classes) {
        var file = new SimpleJavaFileObject(URI.create("string:///" + className + ".java"), Kind.SOURCE) {
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
