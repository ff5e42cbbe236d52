package dev.meshclient.policy.json;

import com.fasterxml.jackson.core.JsonGenerator;
import dev.meshclient.policy.Access;
import dev.meshclient.policy.BackendSettings;
import dev.meshclient.policy.ConnectionTimeouts;
import dev.meshclient.policy.Limits;
import dev.meshclient.policy.LoadBalancer;
import dev.meshclient.policy.LocalityLbSetting;
import dev.meshclient.policy.OutlierDetection;
import dev.meshclient.policy.RequestAuthentication;
import dev.meshclient.policy.Retry;
import dev.meshclient.policy.RetryConstraint;
import dev.meshclient.policy.RouteSettings;
import dev.meshclient.policy.Settings;
import dev.meshclient.policy.Timeouts;
import dev.meshclient.policy.Tls;
import dev.meshclient.policy.TokenCredentials;
import dev.meshclient.policy.TrafficDistribution;
import java.io.IOException;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/** Writes what {@link SettingsReader} reads. */
final class SettingsWriter {
    private final JsonGenerator out;
    private final FieldWriter fields;

    SettingsWriter(JsonGenerator out, FieldWriter fields) {
        this.out = out;
        this.fields = fields;
    }

    void settings(Settings stated) throws IOException {
        settings(stated.route(), stated.backend());
    }

    /** The settings of a rule. */
    void route(RouteSettings settings) throws IOException {
        timeouts(settings.timeouts(), ConnectionTimeouts.NONE);
        retry(settings.retry());
    }

    private void settings(RouteSettings route, BackendSettings settings) throws IOException {
        timeouts(route.timeouts(), settings.timeouts());
        retry(route.retry());
        retryConstraint(settings.retryConstraint());
        if (!settings.limits().equals(Limits.NONE)) {
            out.writeObjectFieldStart("limits");
            fields.number("maxRequests", settings.limits().maxRequests());
            out.writeEndObject();
        }
        outlierDetection(settings.outlierDetection());
        fields.text("failoverMode", settings.failoverMode());
        LoadBalancer loadBalancer = settings.loadBalancer();
        if (loadBalancer != null) {
            out.writeObjectFieldStart("loadBalancer");
            fields.text("simple", loadBalancer);
            out.writeEndObject();
        }
        TrafficDistribution distribution = settings.trafficDistribution();
        fields.text("trafficDistribution", distribution == null ? null : distribution.word());
        localityLbSetting(settings.localityLbSetting());
        Tls tls = settings.tls();
        if (tls != null) {
            out.writeObjectFieldStart("tls");
            fields.text("mode", tls.mode());
            fields.text("sni", tls.sni());
            fields.list("subjectAltNames", tls.subjectAltNames(), out::writeString);
            fields.text("caCertificates", tls.caCertificates());
            fields.text("credentialName", tls.credentialName());
            out.writeEndObject();
        }
        fields.text("serviceAccount", settings.serviceAccount());
        access(settings.access());
    }

    private void access(Access access) throws IOException {
        if (access.authorization() != null) {
            fields.array("authorization", access.authorization(), new AuthorizationWriter(out, fields)::policy);
        }
        RequestAuthentication authentication = access.requestAuthentication();
        if (authentication != null) {
            out.writeObjectFieldStart("requestAuthentication");
            List<String> names = List.copyOf(authentication.providers().keySet());
            if (names.size() == 1) {
                fields.text("provider", names.get(0));
            } else {
                fields.array("providers", names, out::writeString);
            }
            fields.flag("forwardOriginalToken", authentication.forwardOriginalToken());
            out.writeEndObject();
        }
        TokenCredentials credentials = access.credentials();
        if (credentials != null) {
            out.writeObjectFieldStart("credentials");
            fields.text("token", credentials.token());
            fields.flag("overwrite", credentials.overwrite());
            out.writeEndObject();
        }
    }

    private void localityLbSetting(@Nullable LocalityLbSetting setting) throws IOException {
        if (setting == null) {
            return;
        }
        out.writeObjectFieldStart("localityLbSetting");
        fields.list("distribute", setting.distribute(), d -> {
            out.writeStartObject();
            fields.text("from", d.from());
            out.writeObjectFieldStart("to");
            for (Map.Entry<LocalityLbSetting.Places, Integer> share : d.to().entrySet()) {
                out.writeNumberField(share.getKey().toString(), share.getValue());
            }
            out.writeEndObject();
            out.writeEndObject();
        });
        fields.list("failover", setting.failover(), f -> {
            out.writeStartObject();
            fields.text("from", f.from());
            fields.text("to", f.to());
            out.writeEndObject();
        });
        fields.list("failoverPriority", setting.failoverPriority(), out::writeString);
        out.writeEndObject();
    }

    private void timeouts(Timeouts timeouts, ConnectionTimeouts ofConnections) throws IOException {
        if (timeouts.equals(Timeouts.NONE) && ofConnections.equals(ConnectionTimeouts.NONE)) {
            return;
        }
        out.writeObjectFieldStart("timeouts");
        fields.duration("request", timeouts.request());
        fields.duration("backendRequest", timeouts.backendRequest());
        fields.duration("connect", ofConnections.connect());
        fields.duration("idle", ofConnections.idle());
        out.writeEndObject();
    }

    private void retry(@Nullable Retry retry) throws IOException {
        if (retry == null) {
            return;
        }
        out.writeObjectFieldStart("retry");
        out.writeNumberField("attempts", retry.attempts());
        // An empty list differs from no list: it switches the default off.
        if (retry.codes() != null) {
            fields.array("codes", List.copyOf(new TreeSet<>(retry.codes())), out::writeNumber);
        }
        if (retry.retryOn() != null) {
            fields.array("retryOn", retry.retryOn(), on -> out.writeString(on.word()));
        }
        fields.duration("backoff", retry.backoff());
        out.writeEndObject();
    }

    private void retryConstraint(RetryConstraint constraint) throws IOException {
        if (constraint.equals(RetryConstraint.NONE)) {
            return;
        }
        out.writeObjectFieldStart("retryConstraint");
        out.writeObjectFieldStart("budget");
        fields.number("percent", constraint.percent());
        fields.duration("interval", constraint.interval());
        out.writeEndObject();
        out.writeObjectFieldStart("minRetryRate");
        fields.number("count", constraint.minRetryCount());
        fields.duration("interval", constraint.minRetryInterval());
        out.writeEndObject();
        out.writeEndObject();
    }

    private void outlierDetection(OutlierDetection detection) throws IOException {
        if (detection.equals(OutlierDetection.NONE)) {
            return;
        }
        out.writeObjectFieldStart("outlierDetection");
        fields.number("consecutive5xxErrors", detection.consecutive5xxErrors());
        fields.number("consecutiveGatewayErrors", detection.consecutiveGatewayErrors());
        fields.number("consecutiveLocalOriginFailures", detection.consecutiveLocalOriginFailures());
        fields.duration("interval", detection.interval());
        fields.duration("baseEjectionTime", detection.baseEjectionTime());
        fields.duration("maxEjectionTime", detection.maxEjectionTime());
        fields.number("maxEjectionPercent", detection.maxEjectionPercent());
        fields.number("minHealthPercent", detection.minHealthPercent());
        out.writeEndObject();
    }
}
