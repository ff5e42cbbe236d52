package dev.meshclient.internal.time;

import java.time.Duration;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.extension.BeforeAllCallback;
import org.junit.jupiter.api.extension.ExtensionContext;

/** How long tests wait for a condition on a loaded machine, and how often they look. JUnit finds this class as a service. */
public final class Patience implements BeforeAllCallback {
    public static final Duration LONG = Duration.ofMinutes(2);

    @Override
    public void beforeAll(ExtensionContext context) {
        Awaitility.setDefaultTimeout(LONG);
        Awaitility.setDefaultPollInterval(Duration.ofMillis(10));
    }

    /** A check with a real timeout that must expire, and not before the rest of the check is done. */
    @FunctionalInterface
    public interface Check {
        void within(Duration timeout) throws Exception;
    }

    /** Checks with a short timeout, and again with longer ones if the machine was too slow. */
    public static void expires(Check check) throws Exception {
        for (Duration timeout = Duration.ofMillis(300); ; timeout = timeout.multipliedBy(5)) {
            try {
                check.within(timeout);
                return;
            } catch (AssertionError | Exception e) {
                if (timeout.toSeconds() > 5) {
                    throw e;
                }
            }
        }
    }
}
