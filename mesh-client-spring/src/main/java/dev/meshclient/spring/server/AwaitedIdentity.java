package dev.meshclient.spring.server;

import dev.meshclient.Mesh;
import dev.meshclient.MeshStatus;
import dev.meshclient.telemetry.MeshEvent;
import dev.meshclient.telemetry.MeshListener;
import java.time.Duration;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.beans.factory.SmartInitializingSingleton;

/**
 * Waits at the start, before the server accepts requests, for the identity of this process: until then there are no authorities to
 * verify client certificates by, and the mesh reads the identity on a thread of its own.
 */
final class AwaitedIdentity implements MeshListener, SmartInitializingSingleton {
    private static final Logger LOG = LoggerFactory.getLogger("dev.meshclient.spring.server");
    /** A mesh of the application may not have this listener. */
    private static final long STEP_MILLIS = 50;

    private final Supplier<@Nullable Mesh> source;
    private final Duration timeout;
    private final Semaphore rotated = new Semaphore(0);

    /**
     * @param source the mesh; null: nothing to wait for
     * @param timeout the server starts after it even without an identity
     */
    AwaitedIdentity(Supplier<@Nullable Mesh> source, Duration timeout) {
        this.source = source;
        this.timeout = timeout;
    }

    @Override
    public void on(MeshEvent event) {
        if (event instanceof MeshEvent.IdentityRotated) {
            rotated.release();
        }
    }

    @Override
    public void afterSingletonsInstantiated() {
        Mesh mesh = source.get();
        if (mesh == null) {
            return;
        }
        try {
            long left = timeout.toMillis();
            while (isMissing(mesh)) {
                if (left <= 0) {
                    LOG.warn(
                            "the server starts without the identity of this process, which is not there after {} ms"
                                    + " (mesh.initial-fetch-timeout): until it is, the SPIFFE ID of no client counts",
                            timeout.toMillis());
                    return;
                }
                if (!rotated.tryAcquire(Math.min(left, STEP_MILLIS), TimeUnit.MILLISECONDS)) {
                    left -= STEP_MILLIS;
                }
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /** Whether one is stated that has not delivered any certificate. */
    private static boolean isMissing(Mesh mesh) {
        MeshStatus.Identity identity = mesh.status().identities().get("");
        return identity != null && identity.id().isEmpty();
    }
}
