package dev.meshclient.internal.okhttp.attempt;

import java.util.concurrent.atomic.AtomicBoolean;
import okhttp3.Dispatcher;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Logs once that asynchronous calls wait for OkHttp and not for the mesh: its limit of five for each host counts the logical
 * host, however many endpoints that has.
 */
final class DispatcherLimit {
    private static final Logger LOG = LoggerFactory.getLogger("dev.meshclient.connections");

    private static final long PERIOD_NANOS = 1_000_000_000;

    private final AtomicBoolean logged = new AtomicBoolean();
    private volatile long nextLook = Long.MIN_VALUE;

    /**
     * Checks whether calls of the caller's dispatcher wait although it could run more: then the limit for a host delays them.
     * At most once a second: it takes the dispatcher's lock, which synchronous calls need too.
     *
     * @return whether it was logged just now
     */
    boolean look(Dispatcher callers, String host, long now) {
        if (logged.get() || now < nextLook) {
            return false;
        }
        nextLook = now + PERIOD_NANOS;
        if (callers.queuedCallsCount() == 0 || callers.runningCallsCount() >= callers.getMaxRequests()) {
            return false;
        }
        if (logged.getAndSet(true)) {
            return false;
        }
        LOG.info(
                "asynchronous calls wait in OkHttp's dispatcher: it runs {} at a time for each host, and '{}' is one host"
                        + " to it, not the sum of its endpoints; raise Dispatcher.setMaxRequestsPerHost or use"
                        + " Mesh.callFactory (logged once)",
                callers.getMaxRequestsPerHost(),
                host);
        return true;
    }
}
