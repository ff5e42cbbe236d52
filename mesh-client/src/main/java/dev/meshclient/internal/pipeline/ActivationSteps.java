package dev.meshclient.internal.pipeline;

import dev.meshclient.internal.time.Interrupts;
import java.io.IOException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Runs the steps that put a compiled policy in force. All of them run, even if one throws: calls never use a part of a policy.
 */
public final class ActivationSteps {
    private static final Logger LOG = LoggerFactory.getLogger("dev.meshclient.policy");

    private final String revision;
    private @Nullable IOException problem;

    /** @param revision the revision of the policy in force */
    public ActivationSteps(String revision) {
        this.revision = revision;
    }

    /** Runs a step that the next activation repeats. Its failure is logged and does not stop the next steps. */
    public void run(String what, Runnable step) {
        run(what, step, "the next document, even the same one, repeats it if it still matters");
    }

    /** Runs a step that belongs to this change of policy only. Its failure is logged and does not stop the next steps. */
    void runOnce(String what, Runnable step) {
        run(what, step, "no later document repeats it: restart this process to free what it would have freed");
    }

    private void run(String what, Runnable step, String next) {
        try {
            step.run();
        } catch (Throwable e) { // Kotlin may throw any
            Interrupts.keep(e);
            String failure = "policy " + revision + " is in force, but this step of its activation failed: " + what;
            LOG.error("{}; {}", failure, next, e);
            if (problem == null) {
                problem = new IOException(failure + ": " + e + " (the log has its stack trace); " + next, e);
            }
        }
    }

    /** The first failure; null: no step has failed. */
    public @Nullable IOException problem() {
        return problem;
    }
}
