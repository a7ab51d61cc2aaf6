package dev.onehop.examples.quickstart;

import java.io.PrintStream;
import java.util.List;
import picocli.CommandLine.Help.Ansi;

/**
 * Plain text for people, at most 100 columns wide and ASCII only; bold and colours where a terminal shows them and
 * {@code NO_COLOR} is not set.
 *
 * <p>Shared: safe from any thread; a line is printed whole.
 */
final class Terminal {

    static final int WIDTH = 100;

    private final PrintStream out;
    private final Ansi ansi;

    Terminal(PrintStream out, Ansi ansi) {
        this.out = out;
        this.ansi = ansi;
    }

    void line(String text) {
        out.println(text);
    }

    void blank() {
        out.println();
    }

    /** A heading over what follows. */
    void heading(String text) {
        out.println();
        out.println(styled("bold", text));
    }

    /** What went well, or did not. */
    void verdict(boolean good, String text) {
        out.println(styled(good ? "green" : "red,bold", text));
    }

    /** Lines laid out already; those that are too wide are broken, the rest of them further in. */
    void asIs(String lines) {
        lines.lines().forEach(line -> text("", " ".repeat(14), line));
    }

    /** Running text, broken into indented lines. */
    void text(String indent, String text) {
        text(indent, indent, text);
    }

    private void text(String first, String indent, String text) {
        var line = new StringBuilder(first);
        for (String word : text.split(" ", -1)) {
            if (!line.toString().isBlank() && line.length() + word.length() > WIDTH) {
                out.println(line.toString().stripTrailing());
                line.setLength(0);
                line.append(indent);
            }
            line.append(word).append(' ');
        }
        out.println(line.toString().stripTrailing());
    }

    /** Two columns side by side, the left one this wide. */
    void columns(int leftWidth, List<String> left, List<String> right) {
        for (int i = 0; i < Math.max(left.size(), right.size()); i++) {
            String here = i < left.size() ? left.get(i) : "";
            String there = i < right.size() ? right.get(i) : "";
            out.println(("  " + here + " ".repeat(Math.max(0, leftWidth - here.length())) + "| " + there)
                    .stripTrailing());
        }
    }

    private String styled(String style, String text) {
        return ansi.enabled() ? Ansi.ON.string("@|" + style + " " + text.replace("|@", "| @") + "|@") : text;
    }
}
