package dev.meshclient.policy.json;

import com.fasterxml.jackson.core.JsonGenerator;
import dev.meshclient.policy.AuthorizationPolicy;
import dev.meshclient.policy.AuthorizationPolicy.Condition;
import dev.meshclient.policy.AuthorizationPolicy.Operation;
import dev.meshclient.policy.AuthorizationPolicy.Rule;
import dev.meshclient.policy.AuthorizationPolicy.Source;
import dev.meshclient.policy.AuthorizationPolicy.Values;
import java.io.IOException;

/** Writes authorization policies that read back equal. */
final class AuthorizationWriter {
    private final JsonGenerator out;
    private final FieldWriter fields;

    AuthorizationWriter(JsonGenerator out, FieldWriter fields) {
        this.out = out;
        this.fields = fields;
    }

    void policy(AuthorizationPolicy policy) throws IOException {
        out.writeStartObject();
        fields.text("name", policy.name());
        fields.text("action", policy.action());
        fields.flag("shadow", policy.shadow());
        fields.array("rules", policy.rules(), this::rule);
        out.writeEndObject();
    }

    private void rule(Rule rule) throws IOException {
        out.writeStartObject();
        fields.list("from", rule.from(), this::source);
        fields.list("to", rule.to(), this::operation);
        fields.list("when", rule.when(), this::condition);
        out.writeEndObject();
    }

    private void condition(Condition condition) throws IOException {
        out.writeStartObject();
        fields.text("key", condition.key());
        values("values", "notValues", condition.values());
        out.writeEndObject();
    }

    private void source(Source source) throws IOException {
        out.writeStartObject();
        out.writeObjectFieldStart("source");
        values("principals", "notPrincipals", source.principals());
        values("requestPrincipals", "notRequestPrincipals", source.requestPrincipals());
        values("namespaces", "notNamespaces", source.namespaces());
        values("serviceAccounts", "notServiceAccounts", source.serviceAccounts());
        values("trustDomains", "notTrustDomains", source.trustDomains());
        values("ipBlocks", "notIpBlocks", source.ipBlocks());
        values("remoteIpBlocks", "notRemoteIpBlocks", source.remoteIpBlocks());
        out.writeEndObject();
        out.writeEndObject();
    }

    private void operation(Operation operation) throws IOException {
        out.writeStartObject();
        out.writeObjectFieldStart("operation");
        values("hosts", "notHosts", operation.hosts());
        values("ports", "notPorts", operation.ports());
        values("methods", "notMethods", operation.methods());
        values("paths", "notPaths", operation.paths());
        out.writeEndObject();
        out.writeEndObject();
    }

    private void values(String name, String notName, Values values) throws IOException {
        fields.list(name, values.values(), out::writeString);
        fields.list(notName, values.notValues(), out::writeString);
    }
}
