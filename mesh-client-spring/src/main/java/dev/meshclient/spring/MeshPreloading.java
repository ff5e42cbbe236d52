package dev.meshclient.spring;

import dev.meshclient.Mesh;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.boot.context.event.ApplicationEnvironmentPreparedEvent;
import org.springframework.context.ApplicationListener;
import org.springframework.core.NativeDetector;
import org.springframework.core.env.Environment;

/**
 * Loads the classes of the mesh on a thread of its own while Spring prepares the application, as Boot does for others: once in a
 * process, on two processors or more. The thread is none of the mesh's, which is not there yet. Boot's
 * {@code -Dspring.backgroundpreinitializer.ignore=true} switches it off, too.
 */
final class MeshPreloading implements ApplicationListener<ApplicationEnvironmentPreparedEvent> {
    private static final Logger LOG = LoggerFactory.getLogger("dev.meshclient.spring");
    private static final AtomicBoolean STARTED = new AtomicBoolean();
    private static final CountDownLatch ENDED = new CountDownLatch(1);

    /** Longer than it takes; the mesh then loads its classes itself. */
    private static final long MOST_SECONDS = 10;

    MeshPreloading() {}

    @Override
    public void onApplicationEvent(ApplicationEnvironmentPreparedEvent event) {
        if (isOfUse(event.getEnvironment(), Runtime.getRuntime().availableProcessors()) && !STARTED.getAndSet(true)) {
            Thread thread = new Thread(MeshPreloading::preload, "mesh-preload");
            thread.setDaemon(true);
            start(thread, ENDED);
        }
    }

    /** Where the system allows no more threads, the mesh loads its classes itself, and does not wait. */
    static void start(Thread thread, CountDownLatch ended) {
        try {
            thread.start();
        } catch (OutOfMemoryError | RuntimeException e) {
            ended.countDown();
            LOG.debug("the classes of the mesh are not loaded in advance", e);
        }
    }

    static boolean isOfUse(Environment environment, int processors) {
        return processors > 1
                && !NativeDetector.inNativeImage()
                && !Boolean.getBoolean("spring.backgroundpreinitializer.ignore")
                && MeshClients.areEnabled(environment);
    }

    private static void preload() {
        try {
            Mesh.preload();
        } finally {
            ENDED.countDown();
        }
    }

    /** Two threads never initialize the classes of the mesh at once: a cycle among them could block both. */
    static void await() {
        try {
            if (STARTED.get() && !ENDED.await(MOST_SECONDS, TimeUnit.SECONDS)) {
                LOG.debug("the classes of the mesh are not loaded yet after {} s", MOST_SECONDS);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
