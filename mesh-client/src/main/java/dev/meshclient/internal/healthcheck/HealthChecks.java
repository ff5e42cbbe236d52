package dev.meshclient.internal.healthcheck;

import dev.meshclient.internal.call.Call;
import dev.meshclient.internal.call.CheckWire;
import dev.meshclient.internal.endpoint.CheckResult;
import dev.meshclient.internal.endpoint.EndpointHealth;
import dev.meshclient.internal.endpoint.Slot;
import dev.meshclient.internal.text.ExceptionText;
import dev.meshclient.internal.time.Interrupts;
import dev.meshclient.internal.time.LogThrottle;
import dev.meshclient.internal.time.Time;
import java.io.IOException;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The checks of a backend: each endpoint at its own time, on few threads, from the first call of the backend until it has not been
 * called for a while. Outlives policies.
 */
final class HealthChecks {
    static final Slot<HealthChecks> SLOT = Slot.of(HealthChecks::new).whenDropped(HealthChecks::drop);

    /** Checks of a backend at a time. */
    private static final int MOST_AT_A_TIME = 16;

    /** A backend that is not called for so long is not checked any more. */
    private static final long UNUSED_NANOS = 600_000_000_000L;

    private static final Logger LOG = LoggerFactory.getLogger("dev.meshclient.healthcheck");
    private static final long SECOND = 1_000_000_000L;
    private static final long NEVER = -1;

    private final LogThrottle warning = new LogThrottle(60 * SECOND);

    private final CheckSchedule schedule = new CheckSchedule(this); // guarded by this
    private volatile @Nullable CheckRules rules;
    private volatile @Nullable CheckOrigin origin;
    private volatile long usedAt = NEVER;
    private int running;
    private boolean hurry; // the backend is called again
    private Time.@Nullable Timer timer; // null: none is armed

    /** Other settings begin anew; results are kept if only endpoints change. */
    void inForce(CheckRules next) {
        CheckRules before;
        synchronized (this) {
            before = rules;
            if (before == null || !Objects.equals(before.settings(), next.settings())) {
                stop("its health checks have changed");
            }
            schedule.outdated();
            rules = next;
        }
        notifyListeners(before);
    }

    /** No policy has the backend any more. */
    private void drop() {
        CheckRules before;
        synchronized (this) {
            before = rules;
            stop("its health checks have ended");
            rules = null;
        }
        notifyListeners(before);
    }

    private static void notifyListeners(@Nullable CheckRules by) {
        if (by != null) {
            by.notifyListeners();
        }
    }

    /** The mesh is closed. Results stay: they are of no use any more. */
    synchronized void close() {
        disarm();
        rules = null;
    }

    /** A call is sent to the backend. Takes a lock once a second. */
    void used(Call call) {
        CheckOrigin last = origin;
        if (last == null || !last.is(call)) {
            last = CheckOrigin.of(call);
            origin = last;
        }
        long now = call.startedAt();
        long before = usedAt;
        if (last != null && (before == NEVER || now - before >= SECOND)) {
            used(now);
        }
    }

    private synchronized void used(long now) {
        CheckRules by = rules;
        CheckSettings settings = by == null ? null : by.settings();
        if (by == null || settings == null) {
            return; // the call began under an earlier policy
        }
        long before = usedAt;
        usedAt = Math.max(before, now);
        if (before == NEVER || now - before >= settings.noTrafficNanos()) {
            hurry = true;
            disarm();
            arm(by, by.time().now());
        }
    }

    private void disarm() {
        if (timer != null) {
            timer.cancel();
            timer = null;
        }
    }

    private void arm(CheckRules by, long at) {
        if (timer == null && running < MOST_AT_A_TIME) {
            timer = by.time().startAt(at, "health checks", () -> begin(by));
        }
    }

    private void begin(CheckRules by) {
        synchronized (this) {
            timer = null;
            if (running >= MOST_AT_A_TIME || !by.places().take(this)) {
                return;
            }
            running++;
        }
        work(by.places(), by.time());
    }

    /** Its turn has come: it has a place. */
    void resume(CheckPlaces places, Time time) {
        synchronized (this) {
            running++;
        }
        work(places, time);
    }

    /** Checks what is due, and gives its place back as soon as another backend waits for one. */
    private void work(CheckPlaces places, Time time) {
        try {
            for (CheckedEndpoint one = next(); one != null; one = places.isWaitedFor() ? null : next()) {
                check(one);
            }
        } finally {
            rest();
            places.leave(time);
        }
    }

    private synchronized void rest() {
        running--;
        CheckRules by = rules;
        CheckSettings settings = by == null ? null : by.settings();
        if (by != null && settings != null && usedAt != NEVER) {
            CheckedEndpoint then = schedule.next();
            arm(by, then == null ? by.time().now() + settings.intervalNanos() : then.dueAt());
        }
    }

    /** The endpoint to check now; null: none is due. Another thread begins the check after it. */
    private @Nullable CheckedEndpoint next() {
        CheckedEndpoint due = null;
        CheckRules by;
        synchronized (this) {
            by = rules;
            CheckSettings settings = by == null ? null : by.settings();
            if (by == null || settings == null || usedAt == NEVER) {
                return null;
            }
            long now = by.time().now();
            if (now - usedAt >= UNUSED_NANOS) {
                stop("its service is not called any more");
            } else {
                schedule.follow(by, settings, now);
                if (hurry) {
                    hurry = false;
                    schedule.hurry(settings, now, by.time().random());
                }
                due = schedule.takeDue(now);
                CheckedEndpoint then = schedule.next();
                if (due != null && then != null) {
                    arm(by, then.dueAt());
                }
            }
        }
        by.notifyListeners();
        return due;
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
            why = ExceptionText.of(e);
            result = CheckResult.FAILED;
        } catch (Throwable e) { // of the caller's client; Kotlin may throw any
            Interrupts.keep(e);
            if (warning.allows("", by == null ? 0 : by.time().now())) {
                LOG.warn(
                        "a health check of {} ended without a result: {}",
                        one.endpoint().name(),
                        e.toString());
            }
        }
        ended(one, startedAt, result, why);
    }

    private void ended(CheckedEndpoint one, long startedAt, CheckResult result, String why) {
        CheckRules by;
        CheckedEndpoint.Verdict verdict;
        EndpointHealth health = one.endpoint().state();
        String passed;
        synchronized (this) {
            boolean isChecked = schedule.ended(one);
            by = rules;
            CheckSettings settings = by == null ? null : by.settings();
            if (by == null || settings == null || !isChecked) {
                return; // other settings, or it is not listed any more
            }
            verdict = one.after(result, settings, startedAt);
            passed = one.passes() + " health checks passed in a row";
            switch (verdict) {
                case UNHEALTHY ->
                    by.unhealthy(health, one.failures() + " health checks failed in a row, the last with " + why);
                case HEALTHY, RETURN -> by.healthy(health, passed);
                case NONE -> {}
            }
            long now = by.time().now();
            boolean idle = now - usedAt >= settings.noTrafficNanos();
            schedule.add(one, settings.nextAt(now, idle, by.time().random()));
        }
        by.checked(result);
        if (verdict == CheckedEndpoint.Verdict.RETURN) {
            by.passed(health, passed);
        }
        by.notifyListeners();
    }

    /** Checks nothing until the next call, and forgets all results. */
    private void stop(String why) {
        disarm();
        if (rules != null) {
            schedule.clear(rules, why);
        }
        usedAt = NEVER;
        origin = null;
    }
}
