package dev.meshclient.internal.metrics;

import java.util.List;
import java.util.Map;

/** All metrics. {@code docs/metrics.md} prints this table. */
enum Metric {
    REQUESTS(
            "mesh.client.requests",
            Type.TIMER,
            "seconds",
            "Calls, each from its entry to the mesh to the end of its response body, with all attempts and pauses"),
    ATTEMPTS(
            "mesh.client.attempts",
            Type.TIMER,
            "seconds",
            "Attempts at an endpoint, each until its response headers or its failure"),
    IN_FLIGHT("mesh.client.in.flight", Type.GAUGE, "calls", "Calls in flight, each until the end of its body"),
    PENDING(
            "mesh.client.pending",
            Type.GAUGE,
            "calls",
            "Calls that wait for a slot or an endpoint; only of a backend with `limits.maxPendingRequests`"),
    RETRIES_REFUSED(
            "mesh.client.retries.refused",
            Type.COUNTER,
            "retries",
            "Attempts that the policy would retry and that were not retried, by the reason"),
    RETRY_BUDGET(
            "mesh.client.retry.budget.available",
            Type.GAUGE,
            "retries",
            "Retries that the budget of the backend allows now"),
    ENDPOINTS(
            "mesh.client.endpoints",
            Type.GAUGE,
            "endpoints",
            "Endpoints of the service by their state, counted at most once a second"),
    TRAFFIC_BYTES(
            "mesh.client.traffic.bytes",
            Type.COUNTER,
            "bytes",
            "Bytes of bodies as sent and received, those that were read or sent to their end"),
    EJECTIONS(
            "mesh.client.ejections",
            Type.COUNTER,
            "ejections",
            "Ejections of endpoints, by the detector; a failed probe extends an ejection and is none"),
    HEALTH_CHECKS(
            "mesh.client.health.checks",
            Type.COUNTER,
            "checks",
            "Health checks of endpoints by their result; they are no calls and no attempts"),
    SHADOW(
            "mesh.client.shadow",
            Type.COUNTER,
            "actions",
            "What sections of the policy with `shadow: true` would have done"),
    POLICY_INFO("mesh.policy.info", Type.GAUGE, "", "Always 1; the tags are those of the policy in force"),
    POLICY_AGE("mesh.policy.age", Type.GAUGE, "seconds", "Time since the policy came into force; NaN before the first"),
    POLICY_CONFIRMED_AGE(
            "mesh.policy.confirmed.age",
            Type.GAUGE,
            "seconds",
            "Time since the source last confirmed the policy; 0 for a policy in memory, NaN before the first"),
    POLICY_DOCUMENTS(
            "mesh.policy.documents", Type.COUNTER, "documents", "Documents that the source delivered, by result"),
    IDENTITY_EXPIRY(
            "mesh.identity.expiry",
            Type.GAUGE,
            "seconds",
            "Time until the certificate expires, negative after that; NaN before the first"),
    IDENTITY_ROTATIONS(
            "mesh.identity.rotations",
            Type.COUNTER,
            "rotations",
            "Changes of the certificate or its trusted authorities; the first certificate is none"),
    AUTHORIZATION(
            "mesh.authorization",
            Type.COUNTER,
            "decisions",
            "Decisions of authorization policies about inbound requests, and those about calls that did not just allow them"),
    HTTP_CLIENT(
            "http.client.request.duration",
            Type.TIMER,
            "seconds",
            "Attempts, by the HTTP conventions of OpenTelemetry; only with `withOpenTelemetryNames()`"),
    ISTIO_REQUESTS(
            "istio.requests",
            Type.COUNTER,
            "requests",
            "Calls and inbound requests, by Istio's name; only with `withIstioNames()`"),
    ISTIO_DURATION(
            "istio.request.duration.milliseconds",
            Type.DISTRIBUTION_SUMMARY,
            "milliseconds",
            "Calls and inbound requests, by Istio's name, each to the end of its response body; only with `withIstioNames()`");

    /** The kinds of meters. */
    enum Type {
        TIMER,
        GAUGE,
        COUNTER,
        DISTRIBUTION_SUMMARY
    }

    private final String meterName;
    private final Type type;
    private final String unit;
    private final String meaning;

    Metric(String meterName, Type type, String unit, String meaning) {
        this.meterName = meterName;
        this.type = type;
        this.unit = unit;
        this.meaning = meaning;
    }

    String meterName() {
        return meterName;
    }

    Type type() {
        return type;
    }

    String unit() {
        return unit;
    }

    String meaning() {
        return meaning;
    }

    /** The tags in order, each with its values; an empty list: names that the policy or the application states. */
    Map<String, List<String>> tags() {
        return MetricTags.of(this);
    }
}
