package dev.meshclient.spring;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.sun.management.HotSpotDiagnosticMXBean;
import java.lang.management.ManagementFactory;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import reactor.blockhound.BlockHound;
import reactor.core.scheduler.Scheduler;
import reactor.core.scheduler.Schedulers;

/**
 * Event loops of tests, on which BlockHound looks for steps that block. It needs a JVM that redefines the classes of the JDK: surefire
 * passes {@code -XX:+AllowRedefinitionToAddDeleteMethods}, which 17 and 25 have and call deprecated. Where it is missing the tests are
 * skipped, and fail with {@code CI=true} in the environment.
 */
public final class WatchedLoops {
    private static final String FLAG = "AllowRedefinitionToAddDeleteMethods";
    private static final String LOOP = "event-loop-test";
    private static final Queue<Throwable> BLOCKED = new ConcurrentLinkedQueue<>();

    private WatchedLoops() {}

    /** It stays for the life of the JVM, and watches these threads alone. */
    public static void watch() {
        boolean on = isOn();
        if ("true".equals(System.getenv("CI"))) {
            assertThat(on)
                    .as("BlockHound needs a JVM with -XX:+" + FLAG + ", and CI must not skip this")
                    .isTrue();
        }
        assumeTrue(on, "BlockHound needs a JVM with -XX:+" + FLAG);
        BlockHound.builder()
                .loadIntegrations() // Reactor's own threads wait for tasks
                .nonBlockingThreadPredicate(other -> thread -> thread.getName().startsWith(LOOP))
                .blockingMethodCallback(method -> BLOCKED.add(new Throwable("blocked in " + method)))
                .install();
    }

    private static boolean isOn() {
        try {
            return ManagementFactory.getPlatformMXBean(HotSpotDiagnosticMXBean.class)
                    .getVMOption(FLAG)
                    .getValue()
                    .equals("true");
        } catch (IllegalArgumentException e) { // a JVM that has no such flag any more
            return false;
        }
    }

    /** Two threads that are watched; nothing has blocked yet. */
    public static Scheduler start() {
        BLOCKED.clear();
        return Schedulers.newParallel(LOOP, 2);
    }

    /** The steps that blocked since the last start. */
    public static Queue<Throwable> blocked() {
        return BLOCKED;
    }
}
