package dev.meshclient.policy.json;

import com.fasterxml.jackson.core.JsonGenerator;
import dev.meshclient.policy.Access;
import dev.meshclient.policy.AuthorizationPolicy;
import dev.meshclient.policy.AuthorizationPolicy.Operation;
import dev.meshclient.policy.AuthorizationPolicy.Rule;
import dev.meshclient.policy.AuthorizationPolicy.Source;
import dev.meshclient.policy.AuthorizationPolicy.Values;
import java.io.IOException;
import java.util.List;

/** Writes what {@link AccessReader} reads. */
final class AccessWriter {
    private final JsonGenerator out;
    private final FieldWriter fields;

    AccessWriter(JsonGenerator out, FieldWriter fields) {
        this.out = out;
        this.fields = fields;
    }

    void access(Access access) throws IOException {
        fields.array("authorization", access.authorization(), policy -> fields.object(policy, this::policy));
        fields.object("requestAuthentication", access.requestAuthentication(), authentication -> {
            List<String> names = List.copyOf(authentication.providers().keySet());
            fields.text("provider", names.size() == 1 ? names.get(0) : null);
            fields.array("providers", names.size() == 1 ? null : names, out::writeString);
            fields.flag("forwardOriginalToken", authentication.forwardOriginalToken());
        });
        fields.object("credentials", access.credentials(), credentials -> {
            fields.text("token", credentials.token());
            fields.flag("overwrite", credentials.overwrite());
        });
    }

    private void policy(AuthorizationPolicy policy) throws IOException {
        fields.text("name", policy.name());
        fields.text("action", policy.action());
        fields.flag("shadow", policy.shadow());
        fields.array("rules", policy.rules(), rule -> fields.object(rule, this::rule));
    }

    private void rule(Rule rule) throws IOException {
        fields.objects("from", rule.from(), from -> fields.object("source", from, this::source));
        fields.objects("to", rule.to(), to -> fields.object("operation", to, this::operation));
        fields.objects("when", rule.when(), condition -> {
            fields.text("key", condition.key());
            values("values", condition.values());
        });
    }

    private void source(Source source) throws IOException {
        values("principals", source.principals());
        values("requestPrincipals", source.requestPrincipals());
        values("namespaces", source.namespaces());
        values("serviceAccounts", source.serviceAccounts());
        values("trustDomains", source.trustDomains());
        values("ipBlocks", source.ipBlocks());
        values("remoteIpBlocks", source.remoteIpBlocks());
    }

    private void operation(Operation operation) throws IOException {
        values("hosts", operation.hosts());
        values("ports", operation.ports());
        values("methods", operation.methods());
        values("paths", operation.paths());
    }

    private void values(String name, Values values) throws IOException {
        fields.texts(name, values.values());
        fields.texts(AccessReader.not(name), values.notValues());
    }
}
