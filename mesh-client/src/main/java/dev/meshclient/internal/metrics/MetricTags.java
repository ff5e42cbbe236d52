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

/** The tags of each metric, apart from {@link Metric}: a process that only counts does not load them. */
final class MetricTags {
    private MetricTags() {}

    /** The tags in order, each with its values; an empty list: names that the policy or the application states. */
    static Map<String, List<String>> of(Metric metric) {
        TagList tags =
                switch (metric) {
                    case REQUESTS ->
                        tags("service", open())
                                .and("route", open())
                                .and("backend", open())
                                .and("method", KnownMethods.TAGS)
                                .and("status", values(StatusClass.values(), StatusClass::tag))
                                .and("outcome", values(Ending.values(), Ending::outcome))
                                .and("reason", values(Ending.values(), Ending::reason));
                    case ATTEMPTS ->
                        tags("service", open())
                                .and("backend", open())
                                .and("zone", values(Distance.values(), AttemptSeries::tag))
                                .and("kind", values(AttemptSeries.Kind.values(), AttemptSeries.Kind::tag))
                                .and("outcome", values(Outcome.values(), Outcome::word))
                                .and("status", values(StatusClass.values(), StatusClass::tag));
                    case IN_FLIGHT, PENDING, RETRY_BUDGET -> tags("backend", open());
                    case RETRIES_REFUSED ->
                        tags("backend", open())
                                .and(
                                        "why",
                                        CallSeries.Refused.REASONS.stream()
                                                .map(NoRetry.Why::word)
                                                .toList());
                    case ENDPOINTS ->
                        tags("service", open()).and("state", values(EndpointState.values(), EndpointState::word));
                    case TRAFFIC_BYTES ->
                        tags("service", open())
                                .and("direction", values(LiveMeters.Direction.values(), LiveMeters.Direction::tag))
                                .and("zone", values(Distance.values(), AttemptSeries::tag));
                    case EJECTIONS ->
                        tags("service", open())
                                .and("detector", values(EjectionDetector.values(), EjectionDetector::tag));
                    case HEALTH_CHECKS ->
                        tags("service", open()).and("result", values(CheckResult.values(), CheckResult::tag));
                    case SHADOW ->
                        tags("service", open())
                                .and("policy", values(ShadowAction.values(), ShadowAction::section))
                                .and("would", values(ShadowAction.values(), ShadowAction::word));
                    case POLICY_INFO ->
                        tags("revision", open())
                                .and("source", open())
                                .and("freshness", values(MeshStatus.From.values(), PolicyInfo::tag));
                    case POLICY_AGE, POLICY_CONFIRMED_AGE -> tags("source", open());
                    case POLICY_DOCUMENTS ->
                        tags("result", values(Meters.DocumentResult.values(), Meters.DocumentResult::tag));
                    case IDENTITY_EXPIRY -> tags("identity", open());
                    case IDENTITY_ROTATIONS ->
                        tags("identity", open())
                                .and("kind", values(MeteredRotations.Kind.values(), MeteredRotations.Kind::tag))
                                .and(
                                        "result",
                                        values(MeteredRotations.Rotation.values(), MeteredRotations.Rotation::tag));
                    case AUTHORIZATION ->
                        tags("direction", Authorizations.DIRECTIONS)
                                .and("service", open())
                                .and("decision", Authorizations.DECISIONS)
                                .and("policy", open());
                    case HTTP_CLIENT ->
                        tags("http.request.method", KnownMethods.TAGS)
                                .and("server.address", open())
                                .and("server.port", open())
                                .and("http.response.status_code", open())
                                .and("error.type", open());
                    case ISTIO_REQUESTS, ISTIO_DURATION -> istio();
                };
        return tags.values;
    }

    private record TagList(Map<String, List<String>> values) {
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
}
