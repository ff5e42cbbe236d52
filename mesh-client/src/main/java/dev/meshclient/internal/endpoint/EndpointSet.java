package dev.meshclient.internal.endpoint;

import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * The current endpoints of a backend, as the balance layer reads them: an immutable list behind one volatile reference. The
 * policy states them, or they follow the endpoints that the service resolves to.
 */
public final class EndpointSet {
    private final ServiceState service;
    private final Map<String, String> labels;
    private final boolean follows;
    private volatile Part part;
    private volatile @Nullable Choice choice; // null: all

    private record Part(EndpointList whole, EndpointList endpoints) {}

    private record Choice(List<Endpoint> chosen, @Nullable List<Endpoint> kept) {}

    private EndpointSet(ServiceState service, Map<String, String> labels, EndpointList first, boolean follows) {
        this.service = service;
        this.labels = labels;
        this.follows = follows;
        this.part = new Part(first, first.with(labels));
    }

    /** Endpoints that the policy states for a service; only those with these labels if there are any. */
    public static EndpointSet stated(ServiceState service, EndpointList whole, Map<String, String> labels) {
        return new EndpointSet(service, labels, whole, false);
    }

    /** Endpoints that the service resolves to at the time of the call; only those with these labels if there are any. */
    public static EndpointSet found(ServiceState service, Map<String, String> labels) {
        return new EndpointSet(service, labels, EndpointList.NONE, true);
    }

    /** The service of these endpoints. */
    public ServiceState service() {
        return service;
    }

    /** Whether the policy states them, so that they never change. */
    public boolean isStated() {
        return !follows;
    }

    /** All endpoints of the service that the policy states. */
    public EndpointList whole() {
        return part.whole;
    }

    /**
     * Why a subset has no endpoints although its service has some, such as {@code 1 endpoint, none labelled version=v1}; null: another
     * reason, or it has some.
     */
    public @Nullable String unmatched() {
        int all = whole().endpoints().size();
        if (all == 0 || !now().endpoints().isEmpty()) {
            return null;
        }
        String wanted = new TreeMap<>(labels)
                .entrySet().stream()
                        .map(label -> label.getKey() + "=" + label.getValue())
                        .collect(Collectors.joining(", "));
        return all + (all == 1 ? " endpoint" : " endpoints") + ", none labelled " + wanted;
    }

    /**
     * The policy limits the number of endpoints that the balance layer calls.
     *
     * @param some it calls, or did before their ejection
     * @param within those that it calls, or would if their priority or zone had calls; null: it leaves none out
     */
    public void choose(List<Endpoint> some, @Nullable List<Endpoint> within) {
        choice = new Choice(some, within);
    }

    /** The endpoints that the balance layer calls, or would if their priority or zone had calls; null: it leaves none out. */
    @Nullable
    List<Endpoint> kept() {
        Choice now = choice;
        return now == null ? null : now.kept;
    }

    /** The endpoints that the balance layer calls or has ejected; all unless the policy limits their number. */
    public List<Endpoint> chosen() {
        Choice now = choice;
        return now == null ? now().endpoints() : now.chosen;
    }

    /** The current endpoints. */
    public EndpointList now() {
        Part now = part;
        if (follows && now.whole != service.endpoints()) {
            EndpointList whole = service.endpoints();
            now = new Part(whole, whole.with(labels));
            part = now;
        }
        return now.endpoints;
    }
}
