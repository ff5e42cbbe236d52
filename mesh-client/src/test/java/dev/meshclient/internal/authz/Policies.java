package dev.meshclient.internal.authz;

import dev.meshclient.Documents;
import dev.meshclient.policy.AuthorizationPolicy;
import dev.meshclient.policy.PolicyException;
import dev.meshclient.policy.Service;
import java.util.List;
import java.util.Objects;

/** Policies as a document has them, with ' for ". */
final class Policies {
    private Policies() {}

    static Authorization compiled(String... policies) {
        return Authorization.of(read("[" + String.join(", ", policies).replace('\'', '"') + "]"));
    }

    /** @param authorization the array, as JSON */
    static List<AuthorizationPolicy> read(String authorization) {
        try {
            Service service = Documents.mesh("m")
                    .services(Documents.service("orders").with("'authorization': " + authorization))
                    .readStrict()
                    .policy()
                    .services()
                    .get("orders");
            return Objects.requireNonNull(Objects.requireNonNull(service)
                    .settings()
                    .backend()
                    .access()
                    .authorization());
        } catch (PolicyException e) {
            throw new IllegalArgumentException(e.getMessage(), e);
        }
    }
}
