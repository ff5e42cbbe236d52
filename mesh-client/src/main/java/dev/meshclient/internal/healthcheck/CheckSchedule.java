package dev.meshclient.internal.healthcheck;

import dev.meshclient.internal.endpoint.Endpoint;
import dev.meshclient.internal.endpoint.EndpointHealth;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.PriorityQueue;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/** The endpoints that a backend checks, each with the time of its next check. Not for several threads. */
final class CheckSchedule {
    /** Of a backend with more endpoints, those that were called are checked, and at most so many. */
    private static final int MOST_ENDPOINTS = 1_000;

    private final Object checker;
    private final Map<EndpointHealth, CheckedEndpoint> checked = new LinkedHashMap<>(); // by identity
    private final PriorityQueue<CheckedEndpoint> queue =
            new PriorityQueue<>(Comparator.comparingLong(CheckedEndpoint::dueAt));
    private List<Endpoint> listed = List.of();
    private long listedAt;

    /** @param checker claims the endpoints: each is checked for one backend at a time */
    CheckSchedule(Object checker) {
        this.checker = checker;
    }

    /** Follows the endpoints of the policy: at once, and where another backend checks some of them once an interval. */
    void follow(CheckRules by, CheckSettings settings, long now) {
        List<Endpoint> list = by.endpoints().chosen();
        if (list != listed || now - listedAt >= settings.intervalNanos()) {
            listed = list;
            listedAt = now;
            follow(by, settings, list, now);
        }
    }

    private void follow(CheckRules by, CheckSettings settings, List<Endpoint> all, long now) {
        Map<EndpointHealth, CheckedEndpoint> before = new LinkedHashMap<>(checked);
        checked.clear();
        queue.clear();
        for (Endpoint endpoint : wanted(all)) {
            EndpointHealth health = endpoint.state();
            CheckedEndpoint one = before.remove(health);
            if (one == null && health.claimChecks(checker)) {
                one = new CheckedEndpoint(
                        endpoint, settings.firstAt(now, by.time().random()));
            }
            if (one != null) {
                one.endpoint(endpoint);
                checked.put(health, one);
                if (!one.isRunning()) {
                    queue.add(one);
                }
            }
        }
        before.keySet().forEach(health -> by.release(health, "it is not checked any more"));
    }

    /** For the others the registry's word is enough. */
    private static List<Endpoint> wanted(List<Endpoint> all) {
        List<Endpoint> wanted = new ArrayList<>();
        boolean many = all.size() > MOST_ENDPOINTS;
        for (int i = 0; i < all.size() && wanted.size() < MOST_ENDPOINTS; i++) {
            Endpoint endpoint = all.get(i);
            if (endpoint.isInService() && (!many || endpoint.state().isUsed())) {
                wanted.add(endpoint);
            }
        }
        return wanted;
    }

    /** The backend is called again: no endpoint waits for the long interval, and all begin as at first. */
    void hurry(CheckSettings settings, long now, RandomGenerator random) {
        List<CheckedEndpoint> all = new ArrayList<>(queue);
        queue.clear();
        all.forEach(one -> one.dueAt(Math.min(one.dueAt(), settings.firstAt(now, random))));
        queue.addAll(all);
    }

    /** Takes the endpoint whose check is due; null: none is. */
    @Nullable
    CheckedEndpoint takeDue(long now) {
        CheckedEndpoint head = queue.peek();
        if (head == null || head.dueAt() > now) {
            return null;
        }
        queue.remove();
        head.isRunning(true);
        return head;
    }

    /** The next check, other than those that run; null: there is none. */
    @Nullable
    CheckedEndpoint next() {
        return queue.peek();
    }

    /** The check of this endpoint has ended. @return whether it is still checked */
    boolean ended(CheckedEndpoint one) {
        one.isRunning(false);
        return checked.get(one.endpoint().state()) == one;
    }

    /** Checks it again at this time. */
    void add(CheckedEndpoint one, long dueAt) {
        one.dueAt(dueAt);
        queue.add(one);
    }

    /** The endpoints may be others: {@link #follow} looks at once. */
    void outdated() {
        listed = List.of();
    }

    /** Forgets all results: an endpoint that is not checked is usable. */
    void clear(CheckRules by, String why) {
        checked.keySet().forEach(health -> by.release(health, why));
        checked.clear();
        queue.clear();
        outdated();
    }
}
