package dev.meshclient.policy.json;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import dev.meshclient.policy.Cluster;
import dev.meshclient.policy.Endpoint;
import dev.meshclient.policy.JwtProvider;
import dev.meshclient.policy.Locality;
import dev.meshclient.policy.Match;
import dev.meshclient.policy.MeshPolicy;
import dev.meshclient.policy.Metadata;
import dev.meshclient.policy.OutboundTrafficPolicy;
import dev.meshclient.policy.Resolution;
import dev.meshclient.policy.Rule;
import dev.meshclient.policy.Service;
import dev.meshclient.policy.Settings;
import dev.meshclient.policy.ValueMatch;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
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
            PolicyWriter writer = new PolicyWriter(out);
            writer.fields.object(policy, writer::policy);
        }
        return bytes.toByteArray();
    }

    private void policy(MeshPolicy policy) throws IOException {
        fields.text("apiVersion", DocumentReader.API_VERSION);
        fields.text("kind", DocumentReader.KIND);
        fields.object("metadata", policy.metadata(), this::metadata);
        fields.text("trustDomain", policy.trustDomain());
        fields.unless(OutboundTrafficPolicy.ALLOW_ANY, "outboundTrafficPolicy", policy.outboundTrafficPolicy());
        fields.objects("clusters", policy.clusters(), cluster -> {
            fields.text("name", cluster.name());
            fields.unless(0, "priority", cluster.priority());
            fields.unless(Cluster.State.UP, "state", cluster.state());
            fields.text("gateway", cluster.gateway());
            fields.text("gatewaySni", cluster.gatewaySni());
        });
        fields.objectUnless(
                Map.<String, JwtProvider>of(),
                "jwtProviders",
                policy.jwtProviders(),
                providers -> fields.entries(providers, this::jwtProvider));
        fields.objectUnless(Settings.NONE, "defaults", policy.defaults(), settings::settings);
        fields.object("services", policy, p -> {
            fields.entries(p.services(), this::service);
            for (String name : p.removed()) {
                out.writeNullField(name);
            }
        });
    }

    private void metadata(Metadata metadata) throws IOException {
        fields.text("mesh", metadata.mesh());
        fields.text("epoch", metadata.epoch());
        fields.number("version", metadata.version());
        fields.text("generated", metadata.generated());
        fields.duration("ttl", metadata.ttl());
        fields.object(
                "scope",
                metadata.scope(),
                scope -> fields.array("hosts", new TreeSet<>(scope.hosts()), out::writeString));
    }

    private void service(Service service) throws IOException {
        fields.texts("hosts", service.hosts());
        fields.text("appProtocol", service.appProtocol().word());
        fields.unless(Resolution.STATIC, "resolution", service.resolution());
        fields.objects("endpoints", service.endpoints(), this::endpoint);
        fields.objects("subsets", service.subsets(), subset -> {
            fields.text("name", subset.name());
            fields.labels(subset.labels());
            settings.settings(subset.settings());
        });
        fields.objects("rules", service.rules(), this::rule);
        settings.settings(service.settings());
    }

    private void endpoint(Endpoint endpoint) throws IOException {
        fields.text("address", endpoint.address());
        fields.number("port", endpoint.port());
        Locality locality = endpoint.locality();
        fields.text("locality", locality.equals(Locality.NONE) ? null : text(locality));
        fields.text("cluster", endpoint.cluster());
        fields.unless(1, "weight", endpoint.weight());
        fields.unless(Endpoint.Health.UNKNOWN, "health", endpoint.health());
        if (!endpoint.labels().isEmpty()) {
            fields.labels(endpoint.labels());
        }
        fields.text("serviceAccount", endpoint.serviceAccount());
        Endpoint.TlsMode mode = endpoint.tlsMode();
        fields.text("tlsMode", mode == null ? null : mode.word());
    }

    private static String text(Locality locality) {
        return locality.region()
                + (locality.zone().isEmpty() ? "" : "/" + locality.zone())
                + (locality.subzone().isEmpty() ? "" : "/" + locality.subzone());
    }

    private void rule(Rule rule) throws IOException {
        fields.text("name", rule.name());
        fields.objects("matches", rule.matches(), this::match);
        fields.objects("backendRefs", rule.backendRefs(), backend -> {
            fields.text("name", backend.name());
            fields.text("subset", backend.subset());
            fields.unless(1, "weight", backend.weight());
        });
        fields.flag("stream", rule.stream());
        settings.route(rule.settings());
    }

    private void match(Match match) throws IOException {
        fields.object("path", match.path(), path -> {
            fields.text("type", path.type().word());
            fields.text("value", path.value());
        });
        fields.text("method", match.method());
        fields.objects("headers", match.headers(), this::valueMatch);
        fields.objects("queryParams", match.queryParams(), this::valueMatch);
    }

    private void valueMatch(ValueMatch match) throws IOException {
        fields.text("name", match.name());
        fields.text("type", match.type().word());
        fields.text("value", match.value());
    }

    private void jwtProvider(JwtProvider provider) throws IOException {
        fields.text("issuer", provider.issuer());
        fields.texts("audiences", provider.audiences());
        fields.text("jwksUri", provider.jwksUri());
        if (provider.jwks() != null) {
            out.writeFieldName("jwks");
            out.writeRawValue(provider.jwks());
        }
        fields.duration("clockSkew", provider.clockSkew());
        fields.duration("cacheDuration", provider.cacheDuration());
    }
}
