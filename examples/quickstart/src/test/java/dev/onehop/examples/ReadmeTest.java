package dev.onehop.examples;

import static org.assertj.core.api.Assertions.assertThat;

import dev.onehop.testing.JavaSnippet;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What README.md shows compiles against this build. */
class ReadmeTest {

    @TempDir
    Path classes;

    @Test
    void theUsageExampleCompiles() throws IOException {
        List<String> blocks = blocks();

        assertThat(blocks).hasSize(2);
        assertThat(JavaSnippet.errors("CallTheApi", blocks.get(0), classes)).isEmpty();
    }

    @Test
    void theBlockForAnyOtherClientCompiles() throws IOException {
        String inside = "import dev.onehop.*; import java.net.Socket; import java.time.Duration;"
                + "class AnyClient { static Socket dial(Onehop onehop) throws Exception {" + blocks().get(1)
                + " return socket; } }";

        assertThat(JavaSnippet.errors("AnyClient", inside, classes)).isEmpty();
    }

    private static List<String> blocks() throws IOException {
        return JavaSnippet.blocks(Path.of("../../README.md"));
    }
}
