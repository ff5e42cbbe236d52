package dev.meshclient.internal.outlier;

import dev.meshclient.internal.call.Attempt;
import dev.meshclient.internal.call.ShadowAction;
import dev.meshclient.internal.endpoint.Endpoint;
import dev.meshclient.internal.endpoint.EndpointHealth;
import dev.meshclient.internal.endpoint.EndpointList;
import dev.meshclient.internal.endpoint.EndpointSet;
import dev.meshclient.internal.endpoint.ServiceState;
import dev.meshclient.internal.endpoint.ShadowHealth;
import dev.meshclient.internal.time.Time;
import dev.meshclient.policy.OutlierDetection;
import java.util.List;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The rules of one policy that are evaluated and not enforced. While an endpoint would be ejected, its attempts do not count: with
 * enforcement it would get none. The first attempt that begins after that time stands for the probe.
 */
final class ShadowEjections {
    private static final Logger LOG = LoggerFactory.getLogger("dev.meshclient.ejection");

    private final Time time;
    private final String name;
    private final EndpointSet endpoints;
    private final EjectionSettings settings;
    private final @Nullable Integer minHealthPercent;
    private final EjectionTime ejectionTime;
    private final ConsecutiveFailures rows;
    private final ShadowHealth health;
    private volatile @Nullable Full full;
    private EndpointList retained = EndpointList.NONE; // guarded by the service's state

    ShadowEjections(Time time, String service, EndpointSet endpoints, OutlierDetection stated) {
        this.time = time;
        this.name = service;
        this.endpoints = endpoints;
        this.settings = EjectionSettings.of(stated);
        this.minHealthPercent = stated.minHealthPercent();
        this.ejectionTime = new EjectionTime(settings);
        this.rows = new ConsecutiveFailures(settings);
        this.health = endpoints.service().get(ShadowHealth.SLOT);
    }

    EjectionSettings settings() {
        return settings;
    }

    /** It is not evaluated; null: not stated. */
    @Nullable
    Integer minHealthPercent() {
        return minHealthPercent;
    }

    /** The endpoints that the rules would eject if they were enforced. */
    Stream<Endpoint> endpoints() {
        return endpoints.now().endpoints().stream();
    }

    /** Null: it had no attempt. */
    @Nullable
    EndpointHealth counters(EndpointHealth endpoint) {
        return health.find(endpoint);
    }

    private boolean covers(EndpointHealth endpoint) {
        return endpoints.now().has(endpoint);
    }

    /** Counts the attempt, which has ended at this endpoint, and records an ejection with its call. */
    void judge(Attempt attempt, EndpointHealth endpoint, Detector detector) {
        EndpointHealth shadow = health.find(endpoint);
        if (shadow == null) {
            if (!covers(endpoint)) { // it was removed during the attempt
                return;
            }
            shadow = health.of(endpoint);
        }
        long now = time.now();
        if (!shadow.isEjected() || attempt.startedAt() >= shadow.ejectedUntil()) {
            AttemptHealth effect = AttemptHealth.of(attempt, shadow, now);
            EjectionCause cause = rows.after(shadow, effect);
            if (shadow.isEjected()) {
                probed(endpoint, shadow, effect);
            } else if (cause != null) {
                eject(endpoint, shadow, cause, attempt);
            }
        }
        if (detector.isDue(now, settings.intervalNanos())) {
            detector.compare(time, endpoints.now().endpoints(), all -> compare(detector, all, attempt));
        }
    }

    private void eject(EndpointHealth endpoint, EndpointHealth shadow, EjectionCause cause, Attempt attempt) {
        Full then = full;
        if (then != null && then.isOf(endpoints.now(), health.ejected())) {
            return;
        }
        long now = time.now();
        long until;
        synchronized (service()) {
            if (shadow.isEjected() || !covers(endpoint) || isFull()) {
                return;
            }
            int times = ejectionTime.times(shadow, now);
            until = ejectionTime.until(times, now, time.random());
            shadow.eject(now, until, times, cause.text());
            health.changed(endpoint, true);
        }
        long seconds = seconds(until - now);
        LOG.info("endpoint {} of '{}' would be ejected for {} s: {}", endpoint.name(), name, seconds, cause.text());
        attempt.call()
                .recordShadow(
                        ShadowAction.EJECT, endpoint.name() + " for " + seconds + " s because of " + cause.text());
    }

    private boolean isFull() {
        List<EndpointHealth> ejected = health.ejected();
        EndpointList list = endpoints.now();
        boolean isFull = settings.isFull(
                list.positions(ejected, list.endpoints()).length,
                list.endpoints().size());
        full = isFull ? new Full(list, ejected) : null;
        return isFull;
    }

    private void probed(EndpointHealth endpoint, EndpointHealth shadow, AttemptHealth effect) {
        switch (effect) {
            case GOOD, BUSY -> readmit(endpoint, shadow);
            case SERVER_ERROR, GATEWAY_ERROR, LOCAL_FAILURE -> extend(endpoint, shadow);
            case UNPROCESSED, NOTHING -> {}
        }
    }

    private void readmit(EndpointHealth endpoint, EndpointHealth shadow) {
        synchronized (service()) {
            if (!shadow.readmit(time.now())) {
                return;
            }
            health.changed(endpoint, false);
        }
        LOG.info("endpoint {} of '{}' would be called again: it answers", endpoint.name(), name);
    }

    private void extend(EndpointHealth endpoint, EndpointHealth shadow) {
        long now = time.now();
        long until;
        synchronized (service()) {
            if (!shadow.isEjected() || now < shadow.ejectedUntil()) { // another attempt was first
                return;
            }
            int times = ejectionTime.times(shadow, now);
            until = ejectionTime.until(times, now, time.random());
            shadow.extendEjection(now, until, times, shadow.reason());
        }
        LOG.info(
                "endpoint {} of '{}' would stay ejected for {} s: {}",
                endpoint.name(),
                name,
                seconds(until - now),
                shadow.reason());
    }

    private void compare(Detector detector, List<Endpoint> all, Attempt attempt) {
        settings.comparison()
                .compare(
                        detector.nextInterval(service(), all, this::counters),
                        (outlier, cause) -> eject(outlier, health.of(outlier), cause, attempt));
        dropRemoved();
    }

    private void dropRemoved() {
        synchronized (service()) {
            EndpointList listed = service().endpoints();
            if (retained != listed) {
                retained = listed;
                health.retain(listed.endpoints());
            }
        }
    }

    private ServiceState service() {
        return endpoints.service();
    }

    private static long seconds(long nanos) {
        return nanos / 1_000_000_000;
    }
}
