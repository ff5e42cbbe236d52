package dev.meshclient.internal.pipeline;

import java.io.IOException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Runs the steps that put a compiled policy in force. All of them run, even if one throws: calls never use a part of a policy.
 */
public final class Steps {
    private static final Logger LOG = LoggerFactory.getLogger(Steps.class);

    private final String revision;
    private @Nullable IOException problem;

    Steps(String revision) {
        this.revision = revision;
    }

    /** Runs a step. Its failure is logged and does not stop the next steps. */
    public void run(String what, Runnable step) {
        try {
            step.run();
        } catch (RuntimeException | Error e) {
            LOG.error("policy {} is in force, but this step of its activation failed: {}", revision, what, e);
            if (problem == null) {
                problem = new IOException(
                        "policy " + revision + " is in force, but this step of its activation failed: " + what + ": "
                                + e
                                + " (the log has its stack trace); the next document repeats it if it still matters",
                        e);
            }
        }
    }

    /** The first failure; null: no step has failed. */
    public @Nullable IOException problem() {
        return problem;
    }
}
