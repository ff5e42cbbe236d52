package dev.meshclient.internal.okhttp;

import java.util.concurrent.atomic.AtomicBoolean;
import okhttp3.Dispatcher;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Says once that asynchronous calls wait for OkHttp and not for the mesh: its limit of five for each host counts the logical
 * host, however many endpoints that has.
 */
final class DispatcherLimit {
    private static final Logger LOG = LoggerFactory.getLogger(DispatcherLimit.class);

    private final AtomicBoolean told = new AtomicBoolean();

    /**
     * Looks whether calls of the caller's dispatcher wait although it could run more: then it is the limit for a host that
     * holds them.
     *
     * @return whether that was told just now
     */
    boolean look(Dispatcher callers, String host) {
        if (told.get() || callers.queuedCallsCount() == 0 || callers.runningCallsCount() >= callers.getMaxRequests()) {
            return false;
        }
        if (told.getAndSet(true)) {
            return false;
        }
        LOG.info(
                "asynchronous calls wait in OkHttp's dispatcher: it runs {} at a time for each host, and '{}' is one host"
                        + " to it, not the sum of its endpoints; raise Dispatcher.setMaxRequestsPerHost or use"
                        + " Mesh.callFactory (told once)",
                callers.getMaxRequestsPerHost(),
                host);
        return true;
    }
}
