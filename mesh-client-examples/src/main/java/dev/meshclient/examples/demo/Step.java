package dev.meshclient.examples.demo;

import java.io.IOException;

/**
 * One scenario of the demo: edits the document, or breaks something, and states the counts that callers must see. It begins with the
 * fleet as the previous step left it: every listed instance lives, and calls stay in their zone (after {@link ZoneFirst}), or
 * are on their way back to it (after {@link InstanceDies}).
 */
interface Step {
    String title();

    void run(Stage stage) throws IOException;
}
