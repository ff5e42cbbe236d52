package dev.meshclient.policy;

import java.time.Duration;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** Reads what may be stated in {@code defaults}, on a service and on a subset alike. */
final class SettingsReader {
    private static final long MAX_UNSIGNED_INT = 4_294_967_295L;
    private static final String NEEDS_GRPC = "is a gRPC condition, which this library does not have";

    private static final Words<RetryOn> RETRY_ON = Words.of(RetryOn.values(), RetryOn::word)
            .refusing("cancelled", NEEDS_GRPC)
            .refusing("deadline-exceeded", NEEDS_GRPC)
            .refusing("internal", NEEDS_GRPC)
            .refusing("resource-exhausted", NEEDS_GRPC)
            .refusing("unavailable", NEEDS_GRPC)
            .refusing("http3-post-connect-failure", "is for HTTP/3, which this library does not speak")
            .refusing("envoy-ratelimited", "is about a header of Envoy, which this library does not read")
            .refusing("retriable-headers", Words.NOT_SUPPORTED);
    private static final Words<LoadBalancer> LOAD_BALANCER = Words.of(LoadBalancer.values())
            .refusing("PEAK_EWMA", Words.NOT_SUPPORTED)
            .refusing("RING_HASH", Words.NOT_SUPPORTED)
            .refusing("MAGLEV", Words.NOT_SUPPORTED)
            .refusing("WEIGHTED_LOAD", Words.NOT_SUPPORTED)
            .refusing("PASSTHROUGH", "is said with resolution NONE here")
            .refusing("LEAST_CONN", "is Istio's old word for LEAST_REQUEST");
    private static final Words<TrafficDistribution> TRAFFIC_DISTRIBUTION = Words.of(
                    TrafficDistribution.values(), TrafficDistribution::word)
            .refusing("PreferClose", "is Kubernetes' old word for PreferSameZone")
            .refusing("PreferSameNode", Words.NOT_SUPPORTED);

    private static final Words<FailoverMode> FAILOVER_MODE = Words.of(FailoverMode.values());

    private SettingsReader() {}

    /** The settings among the fields of an object; what else it holds is the caller's. */
    static Settings settings(Fields fields, Function<Node, String> serviceAccount, Access access) {
        RouteSettings route = new RouteSettings(timeouts(fields), retry(fields));
        BackendSettings backend = new BackendSettings(
                fields.optional("timeouts", SettingsReader::connectionTimeouts, ConnectionTimeouts.NONE),
                fields.optional("retryConstraint", SettingsReader::retryConstraint, RetryConstraint.NONE),
                fields.optional("limits", SettingsReader::limits, Limits.NONE),
                fields.optional("outlierDetection", SettingsReader::outlierDetection, OutlierDetection.NONE),
                fields.optional("failoverMode", n -> n.word(FAILOVER_MODE)),
                fields.optional("loadBalancer", SettingsReader::loadBalancer),
                fields.optional("trafficDistribution", n -> n.word(TRAFFIC_DISTRIBUTION)),
                fields.optional("localityLbSetting", LocalityReader::localityLbSetting),
                fields.optional("tls", TlsReader::tls),
                fields.optional("serviceAccount", serviceAccount),
                access);
        return new Settings(route, backend);
    }

    static Settings defaults(AccessReader access, Node node) {
        Fields fields = new Fields(node);
        Settings settings = settings(fields, ServiceAccounts::template, access.access(fields));
        fields.othersIgnored();
        return settings;
    }

    private static Timeouts timeouts(Fields parent) {
        return parent.optional("timeouts", SettingsReader::timeouts, Timeouts.NONE);
    }

    /** A connection serves the calls of all rules: how long it may take or be silent is the backend's to say. */
    static RouteSettings ofRule(Fields parent) {
        Timeouts timeouts = parent.optional(
                "timeouts",
                node -> {
                    Fields fields = new Fields(node);
                    Timeouts stated = new Timeouts(
                            fields.optional("request", Node::duration),
                            fields.optional("backendRequest", Node::duration));
                    fields.misplaced(
                            "in the timeouts of the backend's service, of its subset, or in defaults",
                            "connect",
                            "idle");
                    fields.othersIgnored();
                    return stated;
                },
                Timeouts.NONE);
        return new RouteSettings(timeouts, retry(parent));
    }

    private static @Nullable Retry retry(Fields parent) {
        return parent.optional("retry", SettingsReader::retry);
    }

    private static Timeouts timeouts(Node node) {
        Fields fields = new Fields(node);
        Timeouts timeouts = new Timeouts(
                fields.optional("request", Node::duration), fields.optional("backendRequest", Node::duration));
        fields.optional("connect");
        fields.optional("idle");
        fields.othersIgnored();
        return timeouts;
    }

    private static ConnectionTimeouts connectionTimeouts(Node node) {
        Map<String, Node> object = node.object();
        if (object == null) {
            return ConnectionTimeouts.NONE; // said already
        }
        Node connect = object.get("connect");
        Node idle = object.get("idle");
        return new ConnectionTimeouts(
                connect == null ? null : connect.duration(), idle == null ? null : idle.duration());
    }

    private static Retry retry(Node node) {
        Fields fields = new Fields(node);
        int attempts = fields.required("attempts", "an integer of 0 to 10", n -> n.integer(0, 10), 0);
        Set<Integer> codes = fields.optional("codes", SettingsReader::codes);
        List<RetryOn> retryOn = fields.optional("retryOn", SettingsReader::retryOn);
        Duration backoff = fields.optional("backoff", Node::duration);
        fields.othersRefused();
        return new Retry(attempts, codes, retryOn, backoff);
    }

    private static Set<Integer> codes(Node node) {
        return Set.copyOf(Fields.items(node, 0, Integer.MAX_VALUE, n -> n.integer(400, 599)));
    }

    private static List<RetryOn> retryOn(Node node) {
        return List.copyOf(new LinkedHashSet<>(Fields.items(node, 0, Integer.MAX_VALUE, n -> n.word(RETRY_ON))));
    }

    private static RetryConstraint retryConstraint(Node node) {
        Fields fields = new Fields(node);
        Node budgetNode = fields.optional("budget");
        Integer percent = null;
        Duration interval = null;
        if (budgetNode != null) {
            Fields budget = new Fields(budgetNode);
            percent = budget.optional("percent", n -> n.integer(0, 100));
            interval = budget.optional("interval", Node::durationAboveZero);
            budget.othersIgnored();
        }
        fields.unsupported("shadow");
        Node rateNode = fields.optional("minRetryRate");
        Integer count = null;
        Duration rateInterval = null;
        if (rateNode != null) {
            Fields rate = new Fields(rateNode);
            count = rate.optional("count", n -> n.integer(0, 1_000_000));
            rateInterval = rate.optional("interval", Node::durationAboveZero);
            rate.othersIgnored();
        }
        fields.othersIgnored();
        return new RetryConstraint(percent, interval, count, rateInterval);
    }

    private static Limits limits(Node node) {
        Fields fields = new Fields(node);
        Limits limits = new Limits(fields.optional("maxRequests", n -> n.integer(0, MAX_UNSIGNED_INT)));
        fields.unsupported("shadow");
        fields.othersIgnored();
        return limits;
    }

    private static OutlierDetection outlierDetection(Node node) {
        Fields fields = new Fields(node);
        OutlierDetection detection = new OutlierDetection(
                fields.optional("consecutive5xxErrors", n -> n.integer(0, MAX_UNSIGNED_INT)),
                fields.optional("consecutiveGatewayErrors", n -> n.integer(0, MAX_UNSIGNED_INT)),
                fields.optional("consecutiveLocalOriginFailures", n -> n.integer(0, MAX_UNSIGNED_INT)),
                fields.optional("interval", Node::durationAboveZero),
                fields.optional("baseEjectionTime", Node::durationAboveZero),
                fields.optional("maxEjectionTime", Node::durationAboveZero),
                fields.optional("maxEjectionPercent", n -> n.integer(0, 100)),
                fields.optional("minHealthPercent", n -> n.integer(0, 100)));
        fields.unsupported("shadow");
        fields.othersIgnored();
        return detection;
    }

    private static LoadBalancer loadBalancer(Node node) {
        Fields fields = new Fields(node);
        fields.unsupported("consistentHash");
        LoadBalancer simple = fields.required(
                "simple", LOAD_BALANCER.expected(null), n -> n.word(LOAD_BALANCER), LoadBalancer.LEAST_REQUEST);
        fields.othersIgnored();
        return simple;
    }
}
