package dev.meshclient.examples.demo;

import java.io.Closeable;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.TimeUnit;

/** The surroundings of a step: the fleet, the screen, and the comparison of counts with their expected values. */
final class Stage implements Closeable {
    /** The shortest time of a round on a terminal, so that a person can follow it. */
    private static final Duration FOR_EYES = Duration.ofMillis(1200);

    private final Fleet fleet;
    private final Screen screen;
    private final Thread painter = new Thread(this::paint, "painter");
    private final List<String> differences = new ArrayList<>();
    private final long began = System.nanoTime();
    private int steps;
    private int checks;
    private volatile String scene = "starting";

    Stage(Fleet fleet, Screen screen) {
        this.fleet = fleet;
        this.screen = screen;
    }

    /** Begins to draw the table if the output is a terminal. */
    Stage open() {
        if (screen.isTerminal()) {
            painter.start();
        }
        return this;
    }

    void play(Step step) throws IOException {
        steps++;
        screen.line("");
        screen.line(screen.strong(steps + "  " + step.title()));
        step.run(this);
    }

    Fleet fleet() {
        return fleet;
    }

    /** Prints a line. */
    void say(String what) {
        screen.line("   " + what);
    }

    /** Publishes the document, prints the edit, and waits until every mesh has it in force. */
    void publish(String edit, Document document) throws IOException {
        scene = edit;
        Duration took = fleet.publish(document);
        say(String.format(
                Locale.ROOT,
                "document %s: %s; in force in all %d meshes after %d ms",
                fleet.revision(),
                edit,
                fleet.members().size(),
                took.toMillis()));
    }

    /** Makes the calls and shows their results. */
    Round calls(Load load) {
        scene = load.isOpen() ? "calls until it happens" : load.atMost() + " calls";
        Duration slow = screen.isTerminal() ? FOR_EYES.dividedBy(load.atMost()) : Duration.ZERO;
        Round round = fleet.calls(load.every().compareTo(slow) > 0 ? load : load.each(slow));
        screen.draw(picture());
        screen.print(Table.of(fleet));
        round.errors().stream().limit(3).forEach(e -> say("error: " + e));
        return round;
    }

    /** This number of calls, a third from each zone. */
    Round calls(int calls) {
        return calls(Load.of(calls));
    }

    /** Compares a count with its expected value. */
    void expect(String what, Bounds expected, long counted) {
        checks++;
        boolean holds = expected.holds(counted);
        String line = String.format(Locale.ROOT, "%-50s expected %-9s counted %d", what, expected, counted);
        say((holds ? screen.good("ok    ") : screen.bad("DIFFER")) + " " + line);
        if (!expected.why().isEmpty()) {
            say("       " + expected.why());
        }
        if (!holds) {
            differences.add(what + ": expected " + expected + ", counted " + counted);
        }
    }

    /** Fails if a count differs from its expected value. */
    void end() {
        scene = "the end";
        screen.draw(picture());
        screen.line("");
        if (!differences.isEmpty()) {
            String text = differences.size() + " of " + checks + " counts differ: " + String.join("; ", differences);
            screen.line(screen.bad(text));
            throw new IllegalStateException(text);
        }
        long seconds = Duration.ofNanos(System.nanoTime() - began).toSeconds();
        screen.line(screen.good("all " + checks + " counts are as expected, after " + seconds + " s"));
    }

    private List<String> picture() {
        List<String> picture = new ArrayList<>(Table.of(fleet));
        picture.add("   now: " + scene);
        return picture;
    }

    private void paint() {
        try {
            while (true) {
                screen.draw(picture());
                TimeUnit.MILLISECONDS.sleep(100);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt(); // the end of the demo
        }
    }

    @Override
    public void close() {
        painter.interrupt();
        try {
            painter.join();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        screen.close();
    }
}
