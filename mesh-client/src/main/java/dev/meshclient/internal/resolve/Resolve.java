package dev.meshclient.internal.resolve;

import dev.meshclient.NoHealthyEndpoint;
import dev.meshclient.internal.call.Attempt;
import dev.meshclient.internal.call.AttemptLayer;
import dev.meshclient.internal.call.ExplanationSink;
import dev.meshclient.internal.call.Failures;
import dev.meshclient.internal.endpoint.EndpointSet;
import dev.meshclient.internal.time.Time;
import java.io.IOException;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import okhttp3.Response;
import org.jspecify.annotations.Nullable;

/** Holds the calls of a backend until the first answer to any of its names. */
public final class Resolve implements AttemptLayer {
    /** Limit of the wait. A resolver may need much longer to find out that no name server answers. */
    private static final long PATIENCE_NANOS = 5_000_000_000L;

    private static final int NAMED = 3;

    private final Time time;
    private final NamedBackend backend;
    private final DnsCache names;
    private final AttemptLayer next;

    /**
     * A backend whose endpoints are stated by name.
     *
     * @param name its name, for messages
     * @param endpoints the endpoints that the names resolve to
     * @param labels the labels of the subset; empty: all endpoints
     */
    public record NamedBackend(String name, EndpointSet endpoints, Map<String, String> labels) {
        private ResolvedEndpoints resolved() {
            return endpoints.service().get(ResolvedEndpoints.SLOT);
        }

        private List<DnsEntry> names() {
            return resolved().names(labels);
        }

        private boolean isUnknown() {
            return endpoints.now().endpoints().isEmpty() && !names().isEmpty();
        }
    }

    private Resolve(Time time, NamedBackend backend, DnsCache names, AttemptLayer next) {
        this.time = time;
        this.backend = backend;
        this.names = names;
        this.next = next;
    }

    /** @param backend null: the backend is stated by addresses, and the layer is left out */
    public static AttemptLayer create(Time time, @Nullable NamedBackend backend, DnsCache names, AttemptLayer next) {
        return backend == null ? next : new Resolve(time, backend, names, next);
    }

    @Override
    public Response call(Attempt attempt) throws IOException {
        if (backend.isUnknown()) {
            awaitAnswer(attempt);
        }
        return next.call(attempt);
    }

    private void awaitAnswer(Attempt attempt) throws IOException {
        long until = time.now() + PATIENCE_NANOS;
        names.wake(attempt);
        try {
            while (backend.isUnknown() && isFirstPending() && !names.isClosed() && time.now() < until) {
                attempt.await(until);
            }
        } catch (IOException cancelled) {
            attempt.failed(attempt.cancelledAs(), cancelled);
            throw cancelled;
        } finally {
            names.letSleep(attempt);
        }
        if (backend.isUnknown()) {
            throw unknown(attempt);
        }
    }

    private boolean isFirstPending() {
        return backend.names().stream().anyMatch(DnsEntry::isFirstPending);
    }

    private NoHealthyEndpoint unknown(Attempt attempt) {
        long now = time.now();
        List<DnsEntry> pending = backend.names();
        String problems = pending.stream().limit(NAMED).map(n -> n.problem(now)).collect(Collectors.joining(", "));
        return attempt.refuse(decision -> Failures.make()
                .noHealthyEndpoint(
                        "no address of '" + backend.name + "' is known: " + problems
                                + (pending.size() > NAMED ? ", and " + (pending.size() - NAMED) + " more" : ""),
                        "see whether DNS knows the name, and answers this host",
                        decision));
    }

    @Override
    public void explain(ExplanationSink to) {
        if (backend.isUnknown()) {
            to.await("no address of '" + backend.name
                    + "' is known yet: a call waits up to 5 s for the names to be resolved");
        }
    }

    @Override
    public String toString() {
        return "resolve(" + backend.resolved() + ")";
    }
}
