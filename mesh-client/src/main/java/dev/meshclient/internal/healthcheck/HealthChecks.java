package dev.meshclient.internal.healthcheck;

import dev.meshclient.internal.call.Call;
import dev.meshclient.internal.call.CheckWire;
import dev.meshclient.internal.endpoint.CheckResult;
import dev.meshclient.internal.endpoint.Endpoint;
import dev.meshclient.internal.endpoint.EndpointHealth;
import dev.meshclient.internal.endpoint.EndpointList;
import dev.meshclient.internal.endpoint.Slot;
import dev.meshclient.internal.time.Time;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.PriorityQueue;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The checks of a backend: each endpoint at its own time, on few threads, from the first call of the backend until it has not been
 * called for a while. Outlives policies.
 */
final class HealthChecks {
    static final Slot<HealthChecks> SLOT = Slot.of(HealthChecks::new).whenDropped(HealthChecks::drop);

    /** Of a backend with more endpoints, those that were called are checked, and at most so many. */
    private static final int MOST_ENDPOINTS = 1_000;

    /** Checks of a backend at a time. */
    private static final int MOST_AT_A_TIME = 16;

    /** A backend that is not called for so long is not checked any more. */
    private static final long UNUSED_NANOS = 600_000_000_000L;

    private static final Logger LOG = LoggerFactory.getLogger("dev.meshclient.healthcheck");
    private static final long SECOND = 1_000_000_000L;
    private static final long NEVER = -1;

    private final Map<EndpointHealth, CheckedEndpoint> checked = new LinkedHashMap<>(); // by identity
    private final PriorityQueue<CheckedEndpoint> queue =
            new PriorityQueue<>(Comparator.comparingLong(CheckedEndpoint::dueAt));
    private volatile @Nullable CheckRules rules;
    private volatile @Nullable CheckOrigin origin;
    private volatile long usedAt = NEVER;
    private EndpointList listed = EndpointList.NONE;
    private long listedAt;
    private int running;
    private boolean hurry; // the backend is called again: no endpoint waits for the long interval
    private Time.@Nullable Timer timer; // null: none is armed

    /** Other settings begin anew; results are kept if only endpoints change. */
    void inForce(CheckRules next) {
        CheckRules before = rules;
        if (before != null && before.settings() != null && !before.settings().equals(next.settings())) {
            stop("its health checks have changed");
        }
        synchronized (this) {
            rules = next;
            listed = EndpointList.NONE;
        }
    }

    /** No policy has the backend any more. */
    private void drop() {
        stop("its health checks have ended");
        rules = null;
    }

    /** The mesh is closed. Results stay: they are of no use any more. */
    synchronized void close() {
        disarm();
        rules = null;
    }

    /** A call is sent to the backend. */
    void used(Call call) {
        CheckOrigin last = origin;
        if (last == null || !last.is(call)) {
            last = CheckOrigin.of(call);
            origin = last;
        }
        long now = call.startedAt();
        long before = usedAt;
        if (last == null || (before != NEVER && now - before < SECOND)) {
            return;
        }
        usedAt = now;
        CheckRules by = rules;
        CheckSettings settings = by == null ? null : by.settings();
        if (by != null && settings != null && (before == NEVER || now - before >= settings.noTrafficNanos())) {
            wake(by);
        }
    }

    private synchronized void wake(CheckRules by) {
        hurry = true;
        disarm();
        arm(by, by.time().now());
    }

    private void disarm() {
        if (timer != null) {
            timer.cancel();
            timer = null;
        }
    }

    private void arm(CheckRules by, long at) {
        if (timer == null && running < MOST_AT_A_TIME) {
            timer = by.time().startAt(at, "health checks", this::work);
        }
    }

    private void work() {
        synchronized (this) {
            timer = null;
            running++;
        }
        try {
            for (CheckedEndpoint one = next(); one != null; one = next()) {
                check(one);
            }
        } finally {
            rest();
        }
    }

    private synchronized void rest() {
        running--;
        CheckRules by = rules;
        CheckSettings settings = by == null ? null : by.settings();
        if (by != null && settings != null && usedAt != NEVER) {
            CheckedEndpoint head = queue.peek();
            arm(by, head == null ? by.time().now() + settings.intervalNanos() : head.dueAt());
        }
    }

    /** The endpoint to check now; null: none is due. Another thread begins the check after it. */
    private @Nullable CheckedEndpoint next() {
        CheckRules by = rules;
        CheckSettings settings = by == null ? null : by.settings();
        if (by == null || settings == null) {
            return null;
        }
        long now = by.time().now();
        if (usedAt != NEVER && now - usedAt >= UNUSED_NANOS) {
            stop("its service is not called any more");
            return null;
        }
        CheckedEndpoint due = null;
        synchronized (this) {
            if (usedAt == NEVER || rules != by) {
                return null;
            }
            list(by, settings, now);
            CheckedEndpoint head = queue.peek();
            if (head != null && head.dueAt() <= now) {
                due = queue.poll();
                head.isRunning(true);
                CheckedEndpoint then = queue.peek();
                if (then != null) {
                    arm(by, then.dueAt());
                }
            }
        }
        by.notifyListeners();
        return due;
    }

    /** Follows the endpoints of the policy: at once, and where another backend checks some of them once an interval. */
    private void list(CheckRules by, CheckSettings settings, long now) {
        EndpointList list = by.endpoints().now();
        if (list != listed || now - listedAt >= settings.intervalNanos()) {
            listed = list;
            listedAt = now;
            list(by, settings, list.endpoints(), now);
        }
        if (hurry) {
            hurry = false;
            List<CheckedEndpoint> all = new ArrayList<>(queue);
            queue.clear();
            RandomGenerator random = by.time().random();
            all.forEach(one -> one.dueAt(Math.min(one.dueAt(), settings.firstAt(now, random))));
            queue.addAll(all);
        }
    }

    private void list(CheckRules by, CheckSettings settings, List<Endpoint> all, long now) {
        Map<EndpointHealth, CheckedEndpoint> before = new LinkedHashMap<>(checked);
        checked.clear();
        queue.clear();
        for (Endpoint endpoint : wanted(all)) {
            EndpointHealth health = endpoint.state();
            CheckedEndpoint one = before.remove(health);
            if (one == null && health.claimChecks(this)) {
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
            boolean usable =
                    switch (endpoint.health()) {
                        case HEALTHY, UNKNOWN, DEGRADED -> endpoint.weight() > 0;
                        case UNHEALTHY, DRAINING -> false;
                    };
            if (usable && !(many && endpoint.state().transport() == null)) {
                wanted.add(endpoint);
            }
        }
        return wanted;
    }

    private void check(CheckedEndpoint one) {
        CheckRules by = rules;
        CheckSettings settings = by == null ? null : by.settings();
        CheckOrigin from = origin;
        CheckResult result = CheckResult.NOT_SENT;
        String why = "";
        long startedAt = by == null ? 0 : by.time().now();
        try {
            int status = by == null || settings == null || from == null
                    ? CheckWire.NOT_SENT
                    : from.wire()
                            .check(
                                    by.backend(),
                                    one.endpoint(),
                                    from.request(settings.path()),
                                    settings.timeoutNanos());
            why = "status " + status;
            if (settings != null && status != CheckWire.NOT_SENT) {
                result = settings.passes(status) ? CheckResult.PASSED : CheckResult.FAILED;
            }
        } catch (IOException e) {
            why = e.getMessage() == null ? e.toString() : e.getMessage();
            result = CheckResult.FAILED;
        } catch (RuntimeException e) {
            LOG.warn(
                    "a health check of {} ended without a result",
                    one.endpoint().name(),
                    e);
        }
        ended(one, startedAt, result, why);
    }

    private void ended(CheckedEndpoint one, long startedAt, CheckResult result, String why) {
        CheckRules by;
        CheckedEndpoint.Verdict verdict;
        EndpointHealth health = one.endpoint().state();
        String passed;
        synchronized (this) {
            one.isRunning(false);
            by = rules;
            CheckSettings settings = by == null ? null : by.settings();
            if (by == null || settings == null || checked.get(health) != one) {
                return; // other settings, or it is not listed any more
            }
            verdict = one.after(result, settings, startedAt);
            passed = one.passes() + " health checks passed in a row";
            if (verdict == CheckedEndpoint.Verdict.UNHEALTHY) {
                by.unhealthy(health, one.failures() + " health checks failed in a row, the last with " + why);
            } else if (verdict == CheckedEndpoint.Verdict.HEALTHY) {
                by.healthy(health, passed);
            }
            long now = by.time().now();
            one.dueAt(settings.nextAt(
                    now, now - usedAt >= settings.noTrafficNanos(), by.time().random()));
            queue.add(one);
        }
        by.checked(result);
        if (verdict == CheckedEndpoint.Verdict.RETURN) {
            by.passed(health, passed);
        }
        by.notifyListeners();
    }

    /** Forgets all results: an endpoint that is not checked is usable. */
    private void stop(String why) {
        CheckRules by = rules;
        synchronized (this) {
            disarm();
            if (by != null) {
                checked.keySet().forEach(health -> by.release(health, why));
            }
            checked.clear();
            queue.clear();
            listed = EndpointList.NONE;
            usedAt = NEVER;
            origin = null;
        }
        if (by != null) {
            by.notifyListeners();
        }
    }
}
