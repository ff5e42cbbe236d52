package dev.meshclient.spring.actuate;

import dev.meshclient.Mesh;
import dev.meshclient.MeshStatus;
import dev.meshclient.spring.InboundAuthorization;
import dev.meshclient.spring.MeshClients;
import dev.meshclient.spring.SanitizedUrls;
import org.jspecify.annotations.Nullable;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.boot.health.contributor.Health;
import org.springframework.boot.health.contributor.HealthIndicator;

/**
 * The health component {@code mesh}. It is down while no call of the mesh can succeed: without a policy, and without a valid
 * certificate of this workload. A registry that does not answer is no reason: the last policy stays in force.
 */
final class MeshHealthIndicator implements HealthIndicator {
    private final ObjectProvider<Mesh> mesh;
    private final MeshClients clients;
    private final ObjectProvider<InboundAuthorization> inbound;

    MeshHealthIndicator(ObjectProvider<Mesh> mesh, MeshClients clients, ObjectProvider<InboundAuthorization> inbound) {
        this.mesh = mesh;
        this.clients = clients;
        this.inbound = inbound;
    }

    @Override
    public Health health() {
        Mesh running = clients.isEnabled() ? mesh.getIfAvailable() : null;
        return running == null ? Health.up().withDetail("enabled", false).build() : of(running.status());
    }

    private Health of(MeshStatus status) {
        MeshStatus.Identity identity = status.identities().get("");
        String fault =
                status.isReady() ? fault(identity) : "no policy yet from " + SanitizedUrls.withoutUser(status.source());
        Health.Builder health = fault == null ? Health.up() : Health.down().withDetail("reason", fault);
        MeshStatus.Freshness freshness = status.freshness();
        if (freshness != null) {
            health.withDetail("revision", status.revision())
                    .withDetail("freshness", StatusValues.word(freshness.from()))
                    .withDetail("stale", isStale(status, freshness));
        }
        MeshStatus.Problem problem = status.lastProblem();
        if (problem != null) {
            health.withDetail("problem", SanitizedUrls.withoutUser(problem.message()));
        }
        if (!status.refusals().isEmpty()) {
            health.withDetail("refused", status.refusals().keySet());
        }
        if (identity != null && identity.expiresIn() != null) {
            health.withDetail("identity", identity.id())
                    .withDetail("expiresIn", StatusValues.inMillis(identity.expiresIn()));
        }
        InboundAuthorization authorization = inbound.getIfAvailable();
        String inboundProblem = authorization == null ? null : authorization.problem(status);
        if (inboundProblem != null) {
            health.withDetail("inbound", inboundProblem);
        }
        return health.build();
    }

    /** Whether the source may have a newer policy: it has not confirmed this one, or has had a problem since. */
    private static boolean isStale(MeshStatus status, MeshStatus.Freshness freshness) {
        return freshness.from() != MeshStatus.From.LIVE || status.lastProblem() != null;
    }

    /** Why no peer accepts this workload; null: it has a valid certificate, or needs none. */
    static @Nullable String fault(MeshStatus.@Nullable Identity identity) {
        if (identity == null) {
            return null;
        }
        if (identity.expiresIn() == null) {
            return "no certificate yet from " + SanitizedUrls.withoutUser(identity.source())
                    + (identity.problem().isEmpty() ? "" : ": " + identity.problem());
        }
        return identity.expiresIn().isNegative() ? "the certificate of " + identity.id() + " has expired" : null;
    }
}
