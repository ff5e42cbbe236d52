package dev.meshclient.internal.time;

import java.lang.reflect.InvocationTargetException;
import java.util.concurrent.ThreadFactory;

/** The threads that tasks of virtual time run on. */
public enum ThreadKind {
    PLATFORM,
    /** From JDK 24 on: before, a virtual thread that waits in a monitor holds its carrier. */
    VIRTUAL;

    private static final long STACK_BYTES = 256 << 10;

    /** Whether this JDK has them. */
    public boolean isAvailable() {
        return this == PLATFORM || Runtime.version().feature() >= 24;
    }

    ThreadFactory factory() {
        if (this == VIRTUAL) {
            return virtual();
        }
        return task -> {
            Thread thread = new Thread(null, task, "virtual-time", STACK_BYTES);
            thread.setDaemon(true);
            return thread;
        };
    }

    /** By reflection: the code is compiled for 17. */
    private static ThreadFactory virtual() {
        try {
            Object builder = Thread.class.getMethod("ofVirtual").invoke(null);
            return (ThreadFactory) Class.forName("java.lang.Thread$Builder")
                    .getMethod("factory")
                    .invoke(builder);
        } catch (ClassNotFoundException
                | NoSuchMethodException
                | IllegalAccessException
                | InvocationTargetException e) {
            throw new IllegalStateException("this JDK has no virtual threads", e);
        }
    }
}
