package dev.meshclient.internal.authz;

import dev.meshclient.policy.AuthorizationPolicy;
import dev.meshclient.policy.PolicyException;
import dev.meshclient.policy.Service;
import dev.meshclient.policy.json.PolicyCodec;
import java.nio.charset.StandardCharsets;
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
            Service service = PolicyCodec.readStrict(
                            """
                            {"apiVersion": "meshclient.dev/v1", "kind": "MeshPolicy", "metadata": {"mesh": "m"},
                             "services": {"orders": {"hosts": ["orders"], "authorization": %s}}}
                            """.formatted(authorization).getBytes(StandardCharsets.UTF_8))
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
