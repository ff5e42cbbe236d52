package dev.meshclient.internal.call;

import java.lang.reflect.Method;

/** Bytes that this thread allocates; by reflection, since the module that counts them is none of ours. */
public final class Allocated {
    private static final int RUNS = 20;
    private static final int MOST_RUNS = 1000;

    private Allocated() {}

    /** The least of a few runs: what the code needs, without what warming up did. */
    public static long bytes(Runnable code) {
        long least = Long.MAX_VALUE;
        for (int i = 0; i < 5; i++) {
            least = Math.min(least, once(code));
        }
        return least;
    }

    /**
     * What {@code with} allocates more than {@code without}, each by the least of its runs. They run in turn until the compilers
     * have seen enough of both: a compiled run may allocate less, and one of two is compiled first.
     *
     * @param most the bytes that are expected at most; where more are measured, many more runs must agree
     */
    public static long added(Runnable with, Runnable without, long most) {
        long leastWith = Long.MAX_VALUE;
        long leastWithout = Long.MAX_VALUE;
        for (int i = 0; i < RUNS || (leastWith - leastWithout > most && i < MOST_RUNS); i++) {
            leastWith = Math.min(leastWith, once(with));
            leastWithout = Math.min(leastWithout, once(without));
        }
        return leastWith - leastWithout;
    }

    private static long once(Runnable code) {
        try {
            Object threads = Class.forName("java.lang.management.ManagementFactory")
                    .getMethod("getThreadMXBean")
                    .invoke(null);
            Method count = Class.forName("com.sun.management.ThreadMXBean").getMethod("getCurrentThreadAllocatedBytes");
            long before = (Long) count.invoke(threads);
            code.run();
            return (Long) count.invoke(threads) - before;
        } catch (ReflectiveOperationException e) {
            throw new LinkageError(e.getMessage(), e);
        }
    }
}
