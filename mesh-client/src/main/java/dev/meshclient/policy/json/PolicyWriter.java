package dev.meshclient.policy.json;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import dev.meshclient.policy.BackendRef;
import dev.meshclient.policy.Cluster;
import dev.meshclient.policy.DocumentScope;
import dev.meshclient.policy.Endpoint;
import dev.meshclient.policy.JwtProvider;
import dev.meshclient.policy.Locality;
import dev.meshclient.policy.Match;
import dev.meshclient.policy.MeshPolicy;
import dev.meshclient.policy.OutboundTrafficPolicy;
import dev.meshclient.policy.PathMatch;
import dev.meshclient.policy.Resolution;
import dev.meshclient.policy.Rule;
import dev.meshclient.policy.Service;
import dev.meshclient.policy.Settings;
import dev.meshclient.policy.Subset;
import dev.meshclient.policy.ValueMatch;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;

/** Writes a policy as a document that reads back equal. Leaves out default values. */
final class PolicyWriter {
    private static final JsonFactory FACTORY = new JsonFactory();

    private final JsonGenerator out;
    private final FieldWriter fields;
    private final SettingsWriter settings;

    private PolicyWriter(JsonGenerator out) {
        this.out = out;
        this.fields = new FieldWriter(out);
        this.settings = new SettingsWriter(out, fields);
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
        fields.text("mesh", policy.metadata().mesh());
        fields.text("epoch", policy.metadata().epoch());
        fields.number("version", policy.metadata().version());
        fields.text("generated", policy.metadata().generated());
        fields.duration("ttl", policy.metadata().ttl());
        DocumentScope scope = policy.metadata().scope();
        if (scope != null) {
            out.writeObjectFieldStart("scope");
            fields.array("hosts", List.copyOf(new TreeSet<>(scope.hosts())), out::writeString);
            out.writeEndObject();
        }
        out.writeEndObject();
        fields.text("trustDomain", policy.trustDomain());
        if (policy.outboundTrafficPolicy() != OutboundTrafficPolicy.ALLOW_ANY) {
            fields.text("outboundTrafficPolicy", policy.outboundTrafficPolicy());
        }
        fields.list("clusters", policy.clusters(), this::cluster);
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
            settings.settings(policy.defaults());
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
        fields.text("name", cluster.name());
        fields.unless(0, "priority", cluster.priority());
        out.writeEndObject();
    }

    private void service(Service service) throws IOException {
        out.writeStartObject();
        fields.list("hosts", service.hosts(), out::writeString);
        fields.text("appProtocol", service.appProtocol().word());
        if (service.resolution() != Resolution.STATIC) {
            fields.text("resolution", service.resolution());
        }
        fields.list("endpoints", service.endpoints(), this::endpoint);
        fields.list("subsets", service.subsets(), this::subset);
        fields.list("rules", service.rules(), this::rule);
        settings.settings(service.settings());
        out.writeEndObject();
    }

    private void endpoint(Endpoint endpoint) throws IOException {
        out.writeStartObject();
        fields.text("address", endpoint.address());
        out.writeNumberField("port", endpoint.port());
        if (!endpoint.locality().equals(Locality.NONE)) {
            fields.text("locality", locality(endpoint.locality()));
        }
        fields.text("cluster", endpoint.cluster());
        fields.unless(1, "weight", endpoint.weight());
        if (endpoint.health() != Endpoint.Health.UNKNOWN) {
            fields.text("health", endpoint.health());
        }
        if (!endpoint.labels().isEmpty()) {
            fields.labels(endpoint.labels());
        }
        fields.text("serviceAccount", endpoint.serviceAccount());
        fields.text(
                "tlsMode",
                endpoint.tlsMode() == null ? null : endpoint.tlsMode().word());
        out.writeEndObject();
    }

    private void subset(Subset subset) throws IOException {
        out.writeStartObject();
        fields.text("name", subset.name());
        fields.labels(subset.labels());
        settings.settings(subset.settings());
        out.writeEndObject();
    }

    /** Sorted, so that equal policies have equal bytes. */
    private void rule(Rule rule) throws IOException {
        out.writeStartObject();
        fields.text("name", rule.name());
        fields.list("matches", rule.matches(), this::match);
        fields.list("backendRefs", rule.backendRefs(), this::backendRef);
        fields.flag("stream", rule.stream());
        settings.route(rule.settings());
        out.writeEndObject();
    }

    private void backendRef(BackendRef backend) throws IOException {
        out.writeStartObject();
        fields.text("name", backend.name());
        fields.text("subset", backend.subset());
        fields.unless(1, "weight", backend.weight());
        out.writeEndObject();
    }

    private void match(Match match) throws IOException {
        out.writeStartObject();
        PathMatch path = match.path();
        if (path != null) {
            out.writeObjectFieldStart("path");
            fields.text("type", path.type().word());
            fields.text("value", path.value());
            out.writeEndObject();
        }
        fields.text("method", match.method());
        fields.list("headers", match.headers(), this::valueMatch);
        fields.list("queryParams", match.queryParams(), this::valueMatch);
        out.writeEndObject();
    }

    private void valueMatch(ValueMatch match) throws IOException {
        out.writeStartObject();
        fields.text("name", match.name());
        fields.text("type", match.type().word());
        fields.text("value", match.value());
        out.writeEndObject();
    }

    private void jwtProvider(JwtProvider provider) throws IOException {
        out.writeStartObject();
        fields.text("issuer", provider.issuer());
        fields.list("audiences", provider.audiences(), out::writeString);
        fields.text("jwksUri", provider.jwksUri());
        if (provider.jwks() != null) {
            out.writeFieldName("jwks");
            out.writeRawValue(provider.jwks());
        }
        fields.duration("clockSkew", provider.clockSkew());
        fields.duration("cacheDuration", provider.cacheDuration());
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
}
