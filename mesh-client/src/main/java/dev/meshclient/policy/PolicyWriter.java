package dev.meshclient.policy;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** Writes a policy as a document that reads back equal. What has its default value is left out. */
final class PolicyWriter {
    private static final JsonFactory FACTORY = new JsonFactory();

    /** Writes one value of a list or map. */
    private interface Part<T> {
        void write(T value) throws IOException;
    }

    private final JsonGenerator out;

    private PolicyWriter(JsonGenerator out) {
        this.out = out;
    }

    static byte[] write(MeshPolicy policy) throws IOException {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (JsonGenerator out = FACTORY.createGenerator(bytes)) {
            new PolicyWriter(out).policy(policy);
        }
        return bytes.toByteArray();
    }

    private void policy(MeshPolicy policy) throws IOException {
        out.writeStartObject();
        out.writeStringField("apiVersion", DocumentReader.API_VERSION);
        out.writeStringField("kind", DocumentReader.KIND);
        out.writeObjectFieldStart("metadata");
        text("mesh", policy.metadata().mesh());
        text("epoch", policy.metadata().epoch());
        number("version", policy.metadata().version());
        text("generated", policy.metadata().generated());
        duration("ttl", policy.metadata().ttl());
        Scope scope = policy.metadata().scope();
        if (scope != null) {
            out.writeObjectFieldStart("scope");
            array("hosts", List.copyOf(scope.hosts()), out::writeString);
            out.writeEndObject();
        }
        out.writeEndObject();
        text("trustDomain", policy.trustDomain());
        if (policy.outboundTrafficPolicy() != OutboundTrafficPolicy.ALLOW_ANY) {
            text("outboundTrafficPolicy", policy.outboundTrafficPolicy());
        }
        list("clusters", policy.clusters(), this::cluster);
        if (!policy.jwtProviders().isEmpty()) {
            out.writeObjectFieldStart("jwtProviders");
            for (Map.Entry<String, JwtProvider> provider : policy.jwtProviders().entrySet()) {
                out.writeFieldName(provider.getKey());
                jwtProvider(provider.getValue());
            }
            out.writeEndObject();
        }
        if (!policy.defaults().equals(Settings.NONE)) {
            out.writeObjectFieldStart("defaults");
            settings(policy.defaults());
            out.writeEndObject();
        }
        out.writeObjectFieldStart("services");
        for (Map.Entry<String, Service> service : policy.services().entrySet()) {
            out.writeFieldName(service.getKey());
            service(service.getValue());
        }
        for (String name : policy.removed()) {
            out.writeNullField(name);
        }
        out.writeEndObject();
        out.writeEndObject();
    }

    private void cluster(Cluster cluster) throws IOException {
        out.writeStartObject();
        text("name", cluster.name());
        unless(0, "priority", cluster.priority());
        out.writeEndObject();
    }

    private void service(Service service) throws IOException {
        out.writeStartObject();
        list("hosts", service.hosts(), out::writeString);
        text("appProtocol", service.appProtocol().word());
        if (service.resolution() != Resolution.STATIC) {
            text("resolution", service.resolution());
        }
        list("endpoints", service.endpoints(), this::endpoint);
        list("subsets", service.subsets(), this::subset);
        list("rules", service.rules(), this::rule);
        settings(service.settings());
        out.writeEndObject();
    }

    private void endpoint(Endpoint endpoint) throws IOException {
        out.writeStartObject();
        text("address", endpoint.address());
        out.writeNumberField("port", endpoint.port());
        if (!endpoint.locality().equals(Locality.NONE)) {
            text("locality", locality(endpoint.locality()));
        }
        text("cluster", endpoint.cluster());
        unless(1, "weight", endpoint.weight());
        if (endpoint.health() != Endpoint.Health.UNKNOWN) {
            text("health", endpoint.health());
        }
        if (!endpoint.labels().isEmpty()) {
            labels(endpoint.labels());
        }
        text("serviceAccount", endpoint.serviceAccount());
        text("tlsMode", endpoint.tlsMode() == null ? null : endpoint.tlsMode().word());
        out.writeEndObject();
    }

    private void subset(Subset subset) throws IOException {
        out.writeStartObject();
        text("name", subset.name());
        labels(subset.labels());
        settings(subset.settings());
        out.writeEndObject();
    }

    /** Sorted, so that one policy is always the same bytes. */
    private void labels(Map<String, String> labels) throws IOException {
        out.writeObjectFieldStart("labels");
        for (Map.Entry<String, String> label : new TreeMap<>(labels).entrySet()) {
            out.writeStringField(label.getKey(), label.getValue());
        }
        out.writeEndObject();
    }

    private void rule(Rule rule) throws IOException {
        out.writeStartObject();
        text("name", rule.name());
        list("matches", rule.matches(), this::match);
        list("backendRefs", rule.backendRefs(), this::backendRef);
        timeouts(rule.timeouts());
        retry(rule.retry());
        out.writeEndObject();
    }

    private void backendRef(BackendRef backend) throws IOException {
        out.writeStartObject();
        text("name", backend.name());
        text("subset", backend.subset());
        unless(1, "weight", backend.weight());
        out.writeEndObject();
    }

    private void match(Match match) throws IOException {
        out.writeStartObject();
        PathMatch path = match.path();
        if (path != null) {
            out.writeObjectFieldStart("path");
            text("type", path.type().word());
            text("value", path.value());
            out.writeEndObject();
        }
        text("method", match.method());
        list("headers", match.headers(), this::valueMatch);
        list("queryParams", match.queryParams(), this::valueMatch);
        out.writeEndObject();
    }

    private void valueMatch(ValueMatch match) throws IOException {
        out.writeStartObject();
        text("name", match.name());
        text("type", match.type().word());
        text("value", match.value());
        out.writeEndObject();
    }

    private void settings(Settings settings) throws IOException {
        timeouts(settings.timeouts());
        retry(settings.retry());
        retryConstraint(settings.retryConstraint());
        if (!settings.limits().equals(Limits.NONE)) {
            out.writeObjectFieldStart("limits");
            number("maxRequests", settings.limits().maxRequests());
            out.writeEndObject();
        }
        outlierDetection(settings.outlierDetection());
        text("failoverMode", settings.failoverMode());
        LoadBalancer loadBalancer = settings.loadBalancer();
        if (loadBalancer != null) {
            out.writeObjectFieldStart("loadBalancer");
            text("simple", loadBalancer);
            out.writeEndObject();
        }
        TrafficDistribution distribution = settings.trafficDistribution();
        text("trafficDistribution", distribution == null ? null : distribution.word());
        localityLbSetting(settings.localityLbSetting());
        Tls tls = settings.tls();
        if (tls != null) {
            out.writeObjectFieldStart("tls");
            text("mode", tls.mode());
            text("sni", tls.sni());
            list("subjectAltNames", tls.subjectAltNames(), out::writeString);
            text("caCertificates", tls.caCertificates());
            text("credentialName", tls.credentialName());
            out.writeEndObject();
        }
        text("serviceAccount", settings.serviceAccount());
        access(settings.access());
    }

    private void access(Access access) throws IOException {
        if (access.authorization() != null) {
            array("authorization", access.authorization(), new AuthorizationWriter(out)::policy);
        }
        RequestAuthentication authentication = access.requestAuthentication();
        if (authentication != null) {
            out.writeObjectFieldStart("requestAuthentication");
            List<String> names = List.copyOf(authentication.providers().keySet());
            if (names.size() == 1) {
                text("provider", names.get(0));
            } else {
                array("providers", names, out::writeString);
            }
            flag("forwardOriginalToken", authentication.forwardOriginalToken());
            out.writeEndObject();
        }
        Credentials credentials = access.credentials();
        if (credentials != null) {
            out.writeObjectFieldStart("credentials");
            text("token", credentials.token());
            flag("overwrite", credentials.overwrite());
            out.writeEndObject();
        }
    }

    private void jwtProvider(JwtProvider provider) throws IOException {
        out.writeStartObject();
        text("issuer", provider.issuer());
        list("audiences", provider.audiences(), out::writeString);
        text("jwksUri", provider.jwksUri());
        if (provider.jwks() != null) {
            out.writeFieldName("jwks");
            out.writeRawValue(provider.jwks());
        }
        duration("clockSkew", provider.clockSkew());
        duration("cacheDuration", provider.cacheDuration());
        out.writeEndObject();
    }

    private void flag(String name, boolean value) throws IOException {
        if (value) {
            out.writeBooleanField(name, true);
        }
    }

    private void localityLbSetting(@Nullable LocalityLbSetting setting) throws IOException {
        if (setting == null) {
            return;
        }
        out.writeObjectFieldStart("localityLbSetting");
        list("distribute", setting.distribute(), d -> {
            out.writeStartObject();
            text("from", d.from());
            out.writeObjectFieldStart("to");
            for (Map.Entry<LocalityLbSetting.Places, Integer> share : d.to().entrySet()) {
                out.writeNumberField(share.getKey().toString(), share.getValue());
            }
            out.writeEndObject();
            out.writeEndObject();
        });
        list("failover", setting.failover(), f -> {
            out.writeStartObject();
            text("from", f.from());
            text("to", f.to());
            out.writeEndObject();
        });
        list("failoverPriority", setting.failoverPriority(), out::writeString);
        out.writeEndObject();
    }

    private void timeouts(Timeouts timeouts) throws IOException {
        if (timeouts.equals(Timeouts.NONE)) {
            return;
        }
        out.writeObjectFieldStart("timeouts");
        duration("request", timeouts.request());
        duration("backendRequest", timeouts.backendRequest());
        duration("connect", timeouts.connect());
        duration("idle", timeouts.idle());
        out.writeEndObject();
    }

    private void retry(@Nullable Retry retry) throws IOException {
        if (retry == null) {
            return;
        }
        out.writeObjectFieldStart("retry");
        out.writeNumberField("attempts", retry.attempts());
        // An empty list is not the same as none: it switches the default off.
        if (retry.codes() != null) {
            array("codes", List.copyOf(retry.codes()), out::writeNumber);
        }
        if (retry.retryOn() != null) {
            array("retryOn", retry.retryOn(), on -> out.writeString(on.word()));
        }
        duration("backoff", retry.backoff());
        out.writeEndObject();
    }

    private void retryConstraint(RetryConstraint constraint) throws IOException {
        if (constraint.equals(RetryConstraint.NONE)) {
            return;
        }
        out.writeObjectFieldStart("retryConstraint");
        out.writeObjectFieldStart("budget");
        number("percent", constraint.percent());
        duration("interval", constraint.interval());
        out.writeEndObject();
        out.writeObjectFieldStart("minRetryRate");
        number("count", constraint.minRetryCount());
        duration("interval", constraint.minRetryInterval());
        out.writeEndObject();
        out.writeEndObject();
    }

    private void outlierDetection(OutlierDetection detection) throws IOException {
        if (detection.equals(OutlierDetection.NONE)) {
            return;
        }
        out.writeObjectFieldStart("outlierDetection");
        number("consecutive5xxErrors", detection.consecutive5xxErrors());
        number("consecutiveGatewayErrors", detection.consecutiveGatewayErrors());
        number("consecutiveLocalOriginFailures", detection.consecutiveLocalOriginFailures());
        duration("interval", detection.interval());
        duration("baseEjectionTime", detection.baseEjectionTime());
        duration("maxEjectionTime", detection.maxEjectionTime());
        number("maxEjectionPercent", detection.maxEjectionPercent());
        number("minHealthPercent", detection.minHealthPercent());
        out.writeEndObject();
    }

    private static String locality(Locality locality) {
        StringBuilder text = new StringBuilder(locality.region());
        if (!locality.zone().isEmpty()) {
            text.append('/').append(locality.zone());
        }
        if (!locality.subzone().isEmpty()) {
            text.append('/').append(locality.subzone());
        }
        return text.toString();
    }

    private <T> void list(String name, List<T> items, Part<T> part) throws IOException {
        if (!items.isEmpty()) {
            array(name, items, part);
        }
    }

    private <T> void array(String name, List<T> items, Part<T> part) throws IOException {
        out.writeArrayFieldStart(name);
        for (T item : items) {
            part.write(item);
        }
        out.writeEndArray();
    }

    private void text(String name, @Nullable Object value) throws IOException {
        if (value != null) {
            out.writeStringField(name, value.toString());
        }
    }

    private void number(String name, @Nullable Number value) throws IOException {
        if (value != null) {
            out.writeNumberField(name, value.longValue());
        }
    }

    private void unless(int byDefault, String name, int value) throws IOException {
        if (value != byDefault) {
            out.writeNumberField(name, value);
        }
    }

    private void duration(String name, @Nullable Duration value) throws IOException {
        if (value != null) {
            out.writeStringField(name, Durations.format(value));
        }
    }
}
