package dev.meshclient.examples.demo;

import static java.nio.charset.StandardCharsets.US_ASCII;

import java.io.Closeable;
import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.util.List;

/** Lines, and on a terminal a table below them that is redrawn in place. Elsewhere the table is printed from time to time. */
final class Screen implements Closeable {
    private static final String ESC = "\u001b[";
    private static final String NO_WRAP = ESC + "?7l";
    private static final String WRAP = ESC + "?7h";
    private static final String TO_END_OF_LINE = ESC + "K";
    private static final String TO_END_OF_SCREEN = ESC + "J";

    private final PrintStream out;
    private final boolean terminal;
    private List<String> table = List.of();

    Screen(PrintStream out, boolean terminal) {
        this.out = out;
        this.terminal = terminal;
    }

    /** Standard output: a terminal unless it is a file, a pipe or the log of a build server. */
    static Screen standard() {
        // System.out is Maven's, which takes the control sequences out in batch mode.
        return isTerminalOut()
                ? new Screen(new PrintStream(new FileOutputStream(FileDescriptor.out), false, US_ASCII), true)
                : new Screen(System.out, false);
    }

    boolean isTerminal() {
        return terminal;
    }

    /** Prints a line above the table. */
    synchronized void line(String text) {
        if (terminal) {
            update(List.of(text), table);
        } else {
            out.println(text);
        }
    }

    /** Sets the table, on a terminal. */
    synchronized void draw(List<String> now) {
        if (terminal && !now.equals(table)) {
            update(List.of(), now);
        }
    }

    /** Prints the table as lines, elsewhere. */
    synchronized void print(List<String> now) {
        if (!terminal) {
            now.forEach(out::println);
        }
    }

    /** Draws with one write, so that the screen does not flicker. */
    private void update(List<String> lines, List<String> below) {
        StringBuilder text = new StringBuilder(NO_WRAP);
        if (!table.isEmpty()) {
            text.append(ESC).append(table.size()).append('A');
        }
        text.append('\r');
        lines.forEach(l -> text.append(l).append(TO_END_OF_LINE).append('\n'));
        below.forEach(l -> text.append(l).append(TO_END_OF_LINE).append('\n'));
        text.append(TO_END_OF_SCREEN).append(WRAP);
        out.print(text);
        out.flush();
        table = below;
    }

    String strong(String text) {
        return styled("1", text);
    }

    String good(String text) {
        return styled("32", text);
    }

    String bad(String text) {
        return styled("31", text);
    }

    private String styled(String style, String text) {
        return terminal ? ESC + style + "m" + text + ESC + "0m" : text;
    }

    /** Ends the redrawing of the table. */
    @Override
    public synchronized void close() {
        table = List.of();
        out.flush();
    }

    /** Whether the output is a terminal, by the test of the shell: Java reports it from 22 on only, and only for input and output
     * together. */
    private static boolean isTerminalOut() {
        String term = System.getenv("TERM");
        if (System.getenv("CI") != null || term == null || term.equals("dumb")) {
            return false;
        }
        try {
            return new ProcessBuilder("test", "-t", "1").inheritIO().start().waitFor() == 0;
        } catch (IOException e) {
            return false; // this system has no such program
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return false;
        }
    }
}
