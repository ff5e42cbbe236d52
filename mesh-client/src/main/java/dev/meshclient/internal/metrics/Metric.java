package dev.meshclient.internal.metrics;

import dev.meshclient.MeshStatus;
import dev.meshclient.internal.call.NoRetry;
import dev.meshclient.internal.call.Outcome;
import dev.meshclient.internal.call.ShadowAction;
import dev.meshclient.internal.endpoint.CheckResult;
import dev.meshclient.internal.endpoint.Distance;
import dev.meshclient.internal.endpoint.EjectionDetector;
import dev.meshclient.internal.endpoint.EndpointState;
import dev.meshclient.internal.metrics.IstioKey.Reporter;
import dev.meshclient.internal.metrics.IstioKey.RequestProtocol;
import dev.meshclient.internal.metrics.IstioKey.Security;
import dev.meshclient.internal.text.KnownMethods;
import io.micrometer.core.instrument.Tag;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;

/** All metrics. {@code docs/metrics.md} prints this table. */
@SuppressWarnings("ImmutableEnumChecker") // its lists are unmodifiable
enum Metric {
    REQUESTS(
            "mesh.client.requests",
            Type.TIMER,
            "seconds",
            "Calls, each from its entry to the mesh to the end of its response body, with all attempts and pauses",
            tags("service", open())
                    .and("route", open())
                    .and("backend", open())
                    .and("method", KnownMethods.TAGS)
                    .and("status", values(StatusClass.values(), StatusClass::tag))
                    .and("outcome", values(Ending.values(), Ending::outcome))
                    .and("reason", values(Ending.values(), Ending::reason))),
    ATTEMPTS(
            "mesh.client.attempts",
            Type.TIMER,
            "seconds",
            "Attempts at an endpoint, each until its response headers or its failure",
            tags("service", open())
                    .and("backend", open())
                    .and("zone", values(Distance.values(), AttemptSeries::tag))
                    .and("kind", values(AttemptSeries.Kind.values(), AttemptSeries.Kind::tag))
                    .and("outcome", values(Outcome.values(), Outcome::word))
                    .and("status", values(StatusClass.values(), StatusClass::tag))),
    IN_FLIGHT(
            "mesh.client.in.flight",
            Type.GAUGE,
            "calls",
            "Calls in flight, each until the end of its body",
            tags("backend", open())),
    PENDING(
            "mesh.client.pending",
            Type.GAUGE,
            "calls",
            "Calls that wait for a slot or an endpoint; only of a backend with `limits.maxPendingRequests`",
            tags("backend", open())),
    RETRIES_REFUSED(
            "mesh.client.retries.refused",
            Type.COUNTER,
            "retries",
            "Attempts that the policy would retry and that were not retried, by the reason",
            tags("backend", open())
                    .and(
                            "why",
                            CallSeries.Refused.REASONS.stream()
                                    .map(NoRetry.Why::word)
                                    .toList())),
    RETRY_BUDGET(
            "mesh.client.retry.budget.available",
            Type.GAUGE,
            "retries",
            "Retries that the budget of the backend allows now",
            tags("backend", open())),
    ENDPOINTS(
            "mesh.client.endpoints",
            Type.GAUGE,
            "endpoints",
            "Endpoints of the service by their state, counted at most once a second",
            tags("service", open()).and("state", values(EndpointState.values(), EndpointState::word))),
    TRAFFIC_BYTES(
            "mesh.client.traffic.bytes",
            Type.COUNTER,
            "bytes",
            "Bytes of bodies as sent and received, those that were read or sent to their end",
            tags("service", open())
                    .and("direction", values(LiveMeters.Direction.values(), LiveMeters.Direction::tag))
                    .and("zone", values(Distance.values(), AttemptSeries::tag))),
    EJECTIONS(
            "mesh.client.ejections",
            Type.COUNTER,
            "ejections",
            "Ejections of endpoints, by the detector; a failed probe extends an ejection and is none",
            tags("service", open()).and("detector", values(EjectionDetector.values(), EjectionDetector::tag))),
    HEALTH_CHECKS(
            "mesh.client.health.checks",
            Type.COUNTER,
            "checks",
            "Health checks of endpoints by their result; they are no calls and no attempts",
            tags("service", open()).and("result", values(CheckResult.values(), CheckResult::tag))),
    SHADOW(
            "mesh.client.shadow",
            Type.COUNTER,
            "actions",
            "What sections of the policy with `shadow: true` would have done",
            tags("service", open())
                    .and("policy", values(ShadowAction.values(), ShadowAction::section))
                    .and("would", values(ShadowAction.values(), ShadowAction::word))),
    POLICY_INFO(
            "mesh.policy.info",
            Type.GAUGE,
            "",
            "Always 1; the tags are those of the policy in force",
            tags("revision", open())
                    .and("source", open())
                    .and("freshness", values(MeshStatus.From.values(), PolicyInfo::tag))),
    POLICY_AGE(
            "mesh.policy.age",
            Type.GAUGE,
            "seconds",
            "Time since the policy came into force; NaN before the first",
            tags("source", open())),
    POLICY_CONFIRMED_AGE(
            "mesh.policy.confirmed.age",
            Type.GAUGE,
            "seconds",
            "Time since the source last confirmed the policy; 0 for a policy in memory, NaN before the first",
            tags("source", open())),
    POLICY_DOCUMENTS(
            "mesh.policy.documents",
            Type.COUNTER,
            "documents",
            "Documents that the source delivered, by result",
            tags("result", values(Meters.DocumentResult.values(), Meters.DocumentResult::tag))),
    IDENTITY_EXPIRY(
            "mesh.identity.expiry",
            Type.GAUGE,
            "seconds",
            "Time until the certificate expires, negative after that; NaN before the first",
            tags("identity", open())),
    IDENTITY_ROTATIONS(
            "mesh.identity.rotations",
            Type.COUNTER,
            "rotations",
            "Changes of the certificate or its trusted authorities; the first certificate is none",
            tags("identity", open())
                    .and("kind", values(MeteredRotations.Kind.values(), MeteredRotations.Kind::tag))
                    .and("result", values(MeteredRotations.Rotation.values(), MeteredRotations.Rotation::tag))),
    AUTHORIZATION(
            "mesh.authorization",
            Type.COUNTER,
            "decisions",
            "Decisions of authorization policies about inbound requests, and those about calls that did not just allow them",
            tags("direction", Authorizations.DIRECTIONS)
                    .and("service", open())
                    .and("decision", Authorizations.DECISIONS)
                    .and("policy", open())),
    HTTP_CLIENT(
            "http.client.request.duration",
            Type.TIMER,
            "seconds",
            "Attempts, by the HTTP conventions of OpenTelemetry; only with `withOpenTelemetryNames()`",
            tags("http.request.method", KnownMethods.TAGS)
                    .and("server.address", open())
                    .and("server.port", open())
                    .and("http.response.status_code", open())
                    .and("error.type", open())),
    ISTIO_REQUESTS(
            "istio.requests",
            Type.COUNTER,
            "requests",
            "Calls and inbound requests, by Istio's name; only with `withIstioNames()`",
            istio()),
    ISTIO_DURATION(
            "istio.request.duration.milliseconds",
            Type.DISTRIBUTION_SUMMARY,
            "milliseconds",
            "Calls and inbound requests, by Istio's name, each to the end of its response body; only with `withIstioNames()`",
            istio());

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
    private final TagList tags;

    Metric(String meterName, Type type, String unit, String meaning, TagList tags) {
        this.meterName = meterName;
        this.type = type;
        this.unit = unit;
        this.meaning = meaning;
        this.tags = tags;
    }

    /** The tags in order, each with its values; an empty list: names that the policy or the application states. */
    record TagList(Map<String, List<String>> values) {
        TagList and(String tag, List<String> closed) {
            Map<String, List<String>> more = new LinkedHashMap<>(values);
            more.put(tag, closed);
            return new TagList(more);
        }
    }

    private static TagList tags(String tag, List<String> closed) {
        return new TagList(Map.of()).and(tag, closed);
    }

    /** The labels of Istio's proxies for HTTP. */
    private static TagList istio() {
        TagList tags = tags("reporter", values(Reporter.values(), Reporter::tag));
        for (Reporter side : Reporter.values()) {
            for (Tag tag : WorkloadNames.NONE.tags(side.tag())) {
                tags = tags.and(tag.getKey(), open());
            }
        }
        return tags.and("destination_service", open())
                .and("destination_service_name", open())
                .and("destination_service_namespace", open())
                .and("request_protocol", values(RequestProtocol.values(), RequestProtocol::tag))
                .and("response_code", open())
                .and("grpc_response_status", open())
                .and("response_flags", IstioSeries.FLAGS)
                .and("connection_security_policy", values(Security.values(), Security::tag));
    }

    private static List<String> open() {
        return List.of();
    }

    private static <T> List<String> values(T[] all, Function<T, String> tag) {
        return Arrays.stream(all).map(tag).distinct().toList();
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
        return tags.values;
    }
}
