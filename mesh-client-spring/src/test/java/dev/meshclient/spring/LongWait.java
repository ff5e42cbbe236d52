package dev.meshclient.spring;

import java.time.Duration;
import org.awaitility.Awaitility;
import org.awaitility.core.ConditionFactory;

/** Waits for servers and files: the 10 seconds of Awaitility are too few on a machine that is busy. */
public final class LongWait {
    public static final Duration LIMIT = Duration.ofMinutes(2);

    private LongWait() {}

    public static ConditionFactory await() {
        return Awaitility.await().atMost(LIMIT);
    }
}
