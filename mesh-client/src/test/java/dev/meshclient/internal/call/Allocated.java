package dev.meshclient.internal.call;

import java.lang.reflect.Method;

/** Bytes that this thread allocates; by reflection, since the module that counts them is none of ours. */
public final class Allocated {
    private Allocated() {}

    /** The least of a few runs: what the code needs, without what warming up did. */
    public static long bytes(Runnable code) {
        try {
            Object threads = Class.forName("java.lang.management.ManagementFactory")
                    .getMethod("getThreadMXBean")
                    .invoke(null);
            Method count = Class.forName("com.sun.management.ThreadMXBean").getMethod("getCurrentThreadAllocatedBytes");
            long least = Long.MAX_VALUE;
            for (int i = 0; i < 5; i++) {
                long before = (Long) count.invoke(threads);
                code.run();
                least = Math.min(least, (Long) count.invoke(threads) - before);
            }
            return least;
        } catch (ReflectiveOperationException e) {
            throw new LinkageError(e.getMessage(), e);
        }
    }
}
