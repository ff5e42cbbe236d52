package dev.meshclient.policy;

import com.fasterxml.jackson.core.JsonGenerator;
import dev.meshclient.policy.AuthorizationPolicy.Condition;
import dev.meshclient.policy.AuthorizationPolicy.Operation;
import dev.meshclient.policy.AuthorizationPolicy.Rule;
import dev.meshclient.policy.AuthorizationPolicy.Source;
import dev.meshclient.policy.AuthorizationPolicy.Values;
import java.io.IOException;
import java.util.List;

/** Writes authorization policies as they read back equal. */
final class AuthorizationWriter {
    private final JsonGenerator out;

    AuthorizationWriter(JsonGenerator out) {
        this.out = out;
    }

    void policy(AuthorizationPolicy policy) throws IOException {
        out.writeStartObject();
        if (policy.name() != null) {
            out.writeStringField("name", policy.name());
        }
        out.writeStringField("action", policy.action().name());
        if (policy.shadow()) {
            out.writeBooleanField("shadow", true);
        }
        out.writeArrayFieldStart("rules");
        for (Rule rule : policy.rules()) {
            rule(rule);
        }
        out.writeEndArray();
        out.writeEndObject();
    }

    private void rule(Rule rule) throws IOException {
        out.writeStartObject();
        if (!rule.from().isEmpty()) {
            out.writeArrayFieldStart("from");
            for (Source source : rule.from()) {
                source(source);
            }
            out.writeEndArray();
        }
        if (!rule.to().isEmpty()) {
            out.writeArrayFieldStart("to");
            for (Operation operation : rule.to()) {
                operation(operation);
            }
            out.writeEndArray();
        }
        if (!rule.when().isEmpty()) {
            out.writeArrayFieldStart("when");
            for (Condition condition : rule.when()) {
                out.writeStartObject();
                out.writeStringField("key", condition.key());
                list("values", condition.values().values());
                list("notValues", condition.values().notValues());
                out.writeEndObject();
            }
            out.writeEndArray();
        }
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
        list(name, values.values());
        list(notName, values.notValues());
    }

    private void list(String name, List<String> values) throws IOException {
        if (!values.isEmpty()) {
            out.writeArrayFieldStart(name);
            for (String value : values) {
                out.writeString(value);
            }
            out.writeEndArray();
        }
    }
}
