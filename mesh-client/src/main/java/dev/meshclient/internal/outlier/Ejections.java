package dev.meshclient.internal.outlier;

import dev.meshclient.internal.endpoint.BackendState;
import dev.meshclient.internal.endpoint.Endpoint;
import dev.meshclient.internal.endpoint.EndpointHealth;
import dev.meshclient.internal.endpoint.EndpointList;
import dev.meshclient.internal.endpoint.EndpointSet;
import dev.meshclient.internal.endpoint.ServiceState;
import dev.meshclient.internal.time.Time;
import dev.meshclient.policy.OutlierDetection;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The rules of one policy for the endpoints of a backend: at most a share of them is ejected, though one always may be.
 * Listeners are notified of ejections and returns in the order in which they happen. Policies and subsets share endpoints, so
 * the lock of the service's state guards all of this; ejections are rare.
 */
public final class Ejections {
    private static final Logger LOG = LoggerFactory.getLogger("dev.meshclient.ejection");

    private final Time time;
    private final String name;
    private final EndpointSet endpoints;
    private final Detector detector;
    private final EjectionSettings settings;
    private final EjectionTime ejectionTime;
    private final Outlier.Watcher watcher;
    private final @Nullable ShadowEjections shadow;
    private volatile @Nullable Full full;

    private Ejections(
            Time time,
            String name,
            EndpointSet endpoints,
            Detector detector,
            EjectionSettings settings,
            Outlier.Watcher watcher,
            @Nullable ShadowEjections shadow) {
        this.time = time;
        this.name = name;
        this.endpoints = endpoints;
        this.detector = detector;
        this.settings = settings;
        this.ejectionTime = new EjectionTime(settings);
        this.watcher = watcher;
        this.shadow = shadow;
    }

    /**
     * Rules that are not in force yet.
     *
     * @param service the name of the service, for messages
     * @param backend its state outlives these rules
     * @param stated the settings of the policy
     */
    public static Ejections create(
            Time time,
            String service,
            EndpointSet endpoints,
            BackendState backend,
            OutlierDetection stated,
            Outlier.Watcher watcher) {
        EjectionSettings settings = EjectionSettings.of(stated);
        boolean shadow = Outlier.isShadow(stated);
        return new Ejections(
                time,
                service,
                endpoints,
                backend.get(Detector.SLOT),
                shadow ? settings.off() : settings,
                watcher,
                shadow && settings.isOn() ? new ShadowEjections(time, service, endpoints, stated) : null);
    }

    /** Puts these rules in force. */
    public void activate(long now) {
        detector.inForce(this, now);
    }

    /** The same rules, but they eject no endpoint. */
    Ejections off() {
        return new Ejections(time, name, endpoints, detector, settings.off(), watcher, null);
    }

    /** Whether the rules eject endpoints at all. */
    public boolean isOn() {
        return settings.isOn();
    }

    /** The same rules if they are evaluated and not enforced; null: they are enforced, or off. */
    @Nullable
    ShadowEjections shadow() {
        return shadow;
    }

    /** Whether the rules compare endpoints, enforced or not. */
    boolean judges() {
        return isOn() || shadow != null;
    }

    /** Whether both judge by the same counters. */
    boolean judgesAs(Ejections other) {
        return isOn() == other.isOn() && (shadow == null) == (other.shadow == null);
    }

    /** The counters by which the rules judge an endpoint; null: it had no attempt. */
    @Nullable
    EndpointHealth counters(EndpointHealth endpoint) {
        return shadow == null ? endpoint : shadow.counters(endpoint);
    }

    EjectionSettings settings() {
        return settings;
    }

    Detector detector() {
        return detector;
    }

    ServiceState service() {
        return endpoints.service();
    }

    List<Endpoint> endpoints() {
        return endpoints.now().endpoints();
    }

    /** Whether the rules may eject this endpoint. */
    boolean mayEject(EndpointHealth endpoint) {
        return isOn() && endpoints.now().has(endpoint);
    }

    /** Ejects the endpoint unless too many are ejected. Counts the ejected endpoints again only after a change. */
    void eject(EndpointHealth endpoint, EjectionCause cause) {
        Full then = full;
        if (then != null && then.isOf(endpoints.now(), service().ejected())) {
            endpoint.abortEjection();
            return;
        }
        synchronized (service()) {
            // Out already; or the policy listed it only when the attempt began.
            if (endpoint.isOut() || !mayEject(endpoint)) {
                return;
            }
            if (isFull()) {
                endpoint.abortEjection();
                return;
            }
            long now = time.now();
            int times = ejectionTime.times(endpoint, now);
            long until = ejectionTime.until(times, now, time.random());
            endpoint.eject(now, until, times, cause.text());
            changed(endpoint, () -> {
                LOG.info(
                        "endpoint {} of '{}' is ejected for {} s: {}",
                        endpoint.name(),
                        name,
                        seconds(until - now),
                        cause.text());
                watcher.ejected(name, endpoint.name(), cause.detector(), cause.text());
            });
        }
        service().notifyListeners();
    }

    /** Ejects the endpoints whose results in the last interval are too bad, and begins the next interval. */
    void compare(List<Endpoint> all) {
        settings.comparison().compare(detector.nextInterval(service(), all, this::counters), this::eject);
    }

    private boolean isFull() {
        ServiceState.EjectedEndpoints ejected = service().ejected();
        List<EndpointHealth> byCalls =
                ejected.endpoints().stream().filter(EndpointHealth::isEjected).toList(); // others fail their checks
        EndpointList list = endpoints.now();
        boolean isFull = settings.isFull(
                list.positions(byCalls, list.endpoints()).length,
                list.endpoints().size());
        full = isFull ? new Full(list, ejected) : null;
        return isFull;
    }

    /**
     * Keeps the endpoint ejected after a failed probe. @return whether the attempt still was a probe: the endpoint may have
     * returned meanwhile
     */
    boolean extendEjection(EndpointHealth endpoint, String why) {
        synchronized (service()) {
            if (!endpoint.isProbed()) {
                return false;
            }
            long now = time.now();
            int times = ejectionTime.times(endpoint, now);
            long until = ejectionTime.until(times, now, time.random());
            String before = endpoint.reason();
            String reason = before.startsWith(why) ? before : why + ", before: " + before;
            endpoint.extendEjection(now, until, times, reason);
            changed(
                    endpoint,
                    () -> LOG.info(
                            "endpoint {} of '{}' stays ejected for {} s: {}",
                            endpoint.name(),
                            name,
                            seconds(until - now),
                            reason));
        }
        service().notifyListeners();
        return true;
    }

    /**
     * Returns an endpoint that has passed its health checks since its ejection. Not if it was ejected again soon after a return: its checks
     * pass although its calls fail, so that a real request must probe it.
     */
    public void passedChecks(EndpointHealth endpoint, String why, long now) {
        if (endpoint.timesEjected() <= 1) {
            readmit(endpoint, why, now);
        }
    }

    void readmit(EndpointHealth endpoint, String why, long now) {
        synchronized (service()) {
            if (!endpoint.readmit(now)) {
                return;
            }
            if (endpoint.failsChecks()) { // listeners are notified when it passes them
                service().changed(endpoint);
            } else {
                changed(endpoint, () -> {
                    LOG.info("endpoint {} of '{}' is called again: {}", endpoint.name(), name, why);
                    watcher.returned(name, endpoint.name(), why);
                });
            }
        }
        service().notifyListeners();
    }

    private void changed(EndpointHealth endpoint, Runnable notice) {
        service().queueNotification(notice);
        service().changed(endpoint);
    }

    private static long seconds(long nanos) {
        return nanos / 1_000_000_000;
    }
}
